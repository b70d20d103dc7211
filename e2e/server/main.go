// The test server's entry: which of its roles the one binary plays.
package main

import (
	"fmt"
	"os"
)

func main() {
	os.Exit(play(os.Args))
}

// A component's image runs it without arguments, the image of a pod's sandbox as `pause`, a Job's as `finish`; `produce` runs beside the cluster.
func play(arguments []string) int {
	switch rest := arguments[1:]; {
	case len(rest) == 0:
		return serve()
	case rest[0] == "pause":
		return pause()
	case rest[0] == "produce":
		return produce(rest[1:])
	case rest[0] == "finish":
		return finish(rest[1:])
	default:
		fmt.Fprintf(os.Stderr, "unknown role %q: it is pause, produce, finish or none\n", rest[0])
		return 2
	}
}
