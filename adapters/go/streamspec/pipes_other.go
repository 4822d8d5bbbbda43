//go:build !unix

package streamspec

import "os"

// takePipes keeps the protocol's pipes for itself: from here on the SDK reads nothing and prints to stderr.
func takePipes() (input, output *os.File, err error) {
	input, output = os.Stdin, os.Stdout
	os.Stdout = os.Stderr
	os.Stdin, err = os.Open(os.DevNull)
	return input, output, err
}
