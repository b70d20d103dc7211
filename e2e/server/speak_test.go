// Lines of the log: their numbers have no gap.
package main

import (
	"strings"
	"testing"
	"time"
)

func TestLinesAreNumberedWithoutAGap(t *testing.T) {
	beats := make(chan time.Time, 3)
	for range 3 {
		beats <- time.Time{}
	}
	close(beats)
	var out strings.Builder
	speak(&out, beats)
	if out.String() != "line 1\nline 2\nline 3\n" {
		t.Errorf("got %q", out.String())
	}
}
