//go:build unix

package streamspec

import (
	"errors"
	"os"
	"syscall"
)

// takePipes moves the protocol's pipes elsewhere: from here on the SDK reads nothing and prints to stderr, also past
// the variables of package os.
func takePipes() (input, output *os.File, err error) {
	moved := [2]int{}
	for standard := range moved {
		if moved[standard], err = syscall.Dup(standard); err != nil {
			return nil, nil, err
		}
		syscall.CloseOnExec(moved[standard])
		// What is opened next gets the number that has become free.
		if err = syscall.Close(standard); err != nil {
			return nil, nil, err
		}
		var replacement int
		if standard == 0 {
			replacement, err = syscall.Open(os.DevNull, syscall.O_RDONLY, 0)
		} else {
			replacement, err = syscall.Dup(2)
		}
		if err == nil && replacement != standard {
			err = errors.New("another file was opened at the same time")
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return os.NewFile(uintptr(moved[0]), "input"), os.NewFile(uintptr(moved[1]), "output"), nil
}
