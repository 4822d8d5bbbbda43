module streamspec

go 1.24
