// The test server's entry: which of its two roles the one binary plays.
package main

import (
	"fmt"
	"os"
)

func main() {
	os.Exit(play(os.Args))
}

// A component's image runs it without arguments, the image of a pod's sandbox as `pause`.
func play(arguments []string) int {
	switch rest := arguments[1:]; {
	case len(rest) == 0:
		return serve()
	case rest[0] == "pause":
		return pause()
	default:
		fmt.Fprintf(os.Stderr, "unknown role %q: it is pause or none\n", rest[0])
		return 2
	}
}
