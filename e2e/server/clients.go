// Clients: what the server keeps open to services outside while it runs: a pool of a database, a consumer of a queue.
package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

const retryAfter = time.Second

// Starts what the settings ask for. The server is not ready before each of them was complete once. The function that comes
// back ends them and waits.
func startClients(s settings, l *lifecycle) (func(), error) {
	keepers := []func(context.Context) error{}
	if s.poolSize > 0 {
		pool, err := newPool(s.poolSize, l)
		if err != nil {
			return nil, err
		}
		for range s.poolSize {
			keepers = append(keepers, pool.hold)
		}
	}
	if s.queue != "" {
		consumer, err := newConsumer(s, l)
		if err != nil {
			return nil, err
		}
		keepers = append(keepers, consumer.consume)
	}
	context, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, keep := range keepers {
		all.Go(func() { again(context, keep) })
	}
	return func() {
		cancel()
		all.Wait()
	}, nil
}

// A service that refuses now may let in later: another pod may be about to leave.
func again(context context.Context, keep func(context.Context) error) {
	for context.Err() == nil {
		if err := keep(context); err != nil && context.Err() == nil {
			fmt.Fprintln(os.Stderr, err)
		}
		select {
		case <-context.Done():
		case <-time.After(retryAfter):
		}
	}
}
