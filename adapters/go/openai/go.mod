module streamspec/openai

go 1.26.0

require (
	github.com/openai/openai-go/v3 v3.99.0
	streamspec v0.0.0
)

require (
	github.com/coder/websocket v1.8.15 // indirect
	github.com/tidwall/gjson v1.20.3 // indirect
	github.com/tidwall/match v1.2.0 // indirect
	github.com/tidwall/pretty v1.3.0 // indirect
	github.com/tidwall/sjson v1.2.9 // indirect
)

replace streamspec => ../streamspec
