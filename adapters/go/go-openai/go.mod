module streamspec/go-openai

go 1.24

require (
	github.com/sashabaranov/go-openai v1.43.0
	streamspec v0.0.0
)

replace streamspec => ../streamspec
