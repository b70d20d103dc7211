// Speaking: numbered lines on standard output, so that a reader of the log can say which of them are missing.
package main

import (
	"fmt"
	"io"
	"time"
)

func speak(to io.Writer, beats <-chan time.Time) {
	for n := 1; ; n++ {
		if _, more := <-beats; !more {
			return
		}
		fmt.Fprintf(to, "line %d\n", n)
	}
}
