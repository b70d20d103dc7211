// Generating: all workers from the first request to the last answer.
package main

import (
	"context"
	"io"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

func generate(o options, stdin io.Reader) verdict {
	start := time.Now()
	stop, cancel := stopping(o, stdin)
	defer cancel()
	s := &schedule{start: start, duration: o.duration, rate: o.rate, bound: o.requests}
	workers := make([]*worker, o.connections)
	var all sync.WaitGroup
	for i := range workers {
		c := newConnection(o, o.targets[i%len(o.targets)])
		workers[i] = newWorker(s, c, newTally(start, o.countHeaders), stop.Done())
		all.Go(workers[i].run)
	}
	all.Wait()
	return judge(start, o.countHeaders, workers)
}

// Stopping ends only the sending: requests in flight still get their answer or their timeout.
func stopping(o options, stdin io.Reader) (context.Context, context.CancelFunc) {
	signalled, release := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	limited, cancel := context.WithTimeout(signalled, o.duration)
	if o.untilEOF {
		go func() {
			io.Copy(io.Discard, stdin)
			cancel()
		}()
	}
	return limited, func() {
		cancel()
		release()
	}
}
