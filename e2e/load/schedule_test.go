// The schedule and the end: rate, latency from the due time, and every way to stop.
package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestRateSpreadsRequests(t *testing.T) {
	start := time.Now()
	v := load(t, serve(t, ok), "--rate", "50", "--requests", "60")
	expect(t, v, 60, 0)
	// Request 59 is due after 59/50 s.
	if took := time.Since(start); took < 1180*time.Millisecond || took > 8*time.Second {
		t.Errorf("took %s", took)
	}
	// A second holds what was due in it, or less when the machine was late.
	if len(v.Seconds) < 2 || v.Seconds[0].Sent > 50 {
		t.Errorf("seconds %+v", v.Seconds)
	}
}

// Answers take 30 ms, but requests are due each 10 ms: the last of 20 is answered 600 ms after the start at the earliest,
// 410 ms after it was due.
func TestLatencyCountsFromTheDueTime(t *testing.T) {
	target := serve(t, func(http.ResponseWriter, *http.Request) { time.Sleep(30 * time.Millisecond) })
	v := load(t, target, "--rate", "100", "--requests", "20", "--connections", "1")
	if v.LatencyMilliseconds.Max < 410 || v.LatencyMilliseconds.P50 < 150 {
		t.Errorf("latency %+v hides the wait", v.LatencyMilliseconds)
	}
}

func TestLatencyWithoutARateIsTheAnswersOwn(t *testing.T) {
	target := serve(t, func(http.ResponseWriter, *http.Request) { time.Sleep(30 * time.Millisecond) })
	v := load(t, target, "--requests", "10", "--connections", "1")
	if l := v.LatencyMilliseconds; l.P50 < 30 || l.P50 > 200 || l.P50 > l.P90 || l.P90 > l.P99 || l.P999 > l.Max {
		t.Errorf("latency %+v", l)
	}
}

func TestDurationEndsTheLoad(t *testing.T) {
	start := time.Now()
	before := start.UnixMilli()
	v := load(t, serve(t, ok), "--rate", "20", "--duration", "700ms")
	if took := time.Since(start); took < 650*time.Millisecond || took > 6*time.Second {
		t.Errorf("took %s", took)
	}
	// Due at 0, 50, … 650 ms.
	if v.Sent < 2 || v.Sent > 14 || v.Lost != 0 {
		t.Errorf("sent %d, lost %d", v.Sent, v.Lost)
	}
	if v.Started < before || v.Started > time.Now().UnixMilli() {
		t.Errorf("started %d", v.Started)
	}
}

// The handler says when its first request is there, and answers only after the stop.
func slowAnswers(t *testing.T) (target string, first <-chan struct{}) {
	t.Helper()
	arrived := make(chan struct{})
	var once sync.Once
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(arrived) })
		time.Sleep(400 * time.Millisecond)
	}), arrived
}

func expectPromptEnd(t *testing.T, start time.Time, v verdict) {
	t.Helper()
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("ended only after %s", took)
	}
	if v.Answered == 0 || v.Lost != 0 {
		t.Errorf("answered %d, lost %d: those in flight were not waited for", v.Answered, v.Lost)
	}
}

func TestEndOfInputEndsTheLoad(t *testing.T) {
	target, first := slowAnswers(t)
	reader, writer := io.Pipe()
	go func() {
		<-first
		writer.Close()
	}()
	start := time.Now()
	expectPromptEnd(t, start, loadUntil(t, reader, target, "--until-eof", "--connections", "3"))
}

func TestInputIsIgnoredUnlessAskedFor(t *testing.T) {
	v := load(t, serve(t, ok), "--requests", "5", "--rate", "50")
	expect(t, v, 5, 0)
}

func TestSignalsEndTheLoad(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		target, first := slowAnswers(t)
		go func() {
			<-first
			syscall.Kill(os.Getpid(), s)
		}()
		start := time.Now()
		expectPromptEnd(t, start, load(t, target, "--connections", "3"))
	}
}

func quiet() *log.Logger {
	return log.New(io.Discard, "", 0)
}
