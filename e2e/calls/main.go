// The program of the gRPC proof: which of its two roles it plays.
package main

import (
	"fmt"
	"os"
)

func main() {
	os.Exit(play(os.Args[1:]))
}

func play(arguments []string) int {
	var err error
	switch {
	case len(arguments) == 1 && arguments[0] == "serve":
		err = serve()
	case len(arguments) == 1 && arguments[0] == "call":
		err = call()
	default:
		err = fmt.Errorf("unknown role %q: it is serve or call", arguments)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
