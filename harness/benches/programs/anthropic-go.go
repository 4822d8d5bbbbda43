// The same calls as the adapter's `stream`, in a bare loop: what the suite's overhead is measured against.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"
)

func main() {
	calls, _ := strconv.Atoi(os.Args[2])
	atOnce, _ := strconv.Atoi(os.Args[3])
	connections := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	call := func() {
		client := anthropic.NewClient(
			option.WithoutEnvironmentDefaults(),
			option.WithAPIKey("no-key"),
			option.WithHTTPClient(connections),
			option.WithBaseURL(os.Args[1]),
			option.WithRequestTimeout(20*time.Second),
			option.WithMaxRetries(0),
		)
		stream := client.Messages.NewStreaming(context.Background(), anthropic.MessageNewParams{
			Model:     "claude-sonnet-4-6",
			MaxTokens: 1024,
			Messages:  []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Say hello."))},
		})
		for stream.Next() {
		}
		if err := stream.Err(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	loop := func(number int) {
		left := make(chan struct{}, number)
		for range number {
			left <- struct{}{}
		}
		close(left)
		var workers sync.WaitGroup
		for range atOnce {
			workers.Add(1)
			go func() {
				defer workers.Done()
				for range left {
					call()
				}
			}()
		}
		workers.Wait()
	}
	loop(atOnce)
	begun := time.Now()
	loop(calls)
	fmt.Println(time.Since(begun).Seconds())
}
