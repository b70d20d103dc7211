// Finishing: a program that works for a while and ends, as a Job's does.
package main

import (
	"fmt"
	"os"
	"time"
)

func finish(arguments []string) int {
	if len(arguments) != 1 {
		fmt.Fprintln(os.Stderr, "finish takes a number of seconds")
		return 2
	}
	work, err := amount(arguments[0], time.Second)
	if err != nil {
		return fail(err)
	}
	time.Sleep(work)
	return 0
}
