// The load generator's entry: options in, one verdict out.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

const (
	exitDone    = 0
	exitFailed  = 1
	exitRefused = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Lost requests are not a failure of this program: the reader of the verdict judges them.
func run(arguments []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parse(arguments, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitRefused
	}
	if err := json.NewEncoder(stdout).Encode(generate(o, stdin)); err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	return exitDone
}
