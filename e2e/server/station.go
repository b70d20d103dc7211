// A station: a fixed number of requests is worked on at once, the others wait in line, and each takes an exponential time.
package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"
)

type station struct {
	slots chan struct{}
	mean  time.Duration
	mutex sync.Mutex
	draws *rand.Rand
	owed  time.Duration
}

// What a request took here, its way over the network apart.
type stay struct{ wait, service time.Duration }

// The draws follow from the name: pods differ, and one of that name always draws the same.
func newStation(slots int, mean time.Duration, name string) *station {
	hash := fnv.New64a()
	hash.Write([]byte(name))
	s := &station{mean: mean, draws: rand.New(rand.NewPCG(hash.Sum64(), 0))}
	if slots > 0 {
		s.slots = make(chan struct{}, slots)
	}
	return s
}

// Senders that a channel blocks go on in the order in which they came. A client that leaves gives up its place.
func (s *station) serve(ctx context.Context, work func()) (stay, error) {
	arrived := time.Now()
	if s.slots != nil {
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		case <-ctx.Done():
			return stay{}, ctx.Err()
		}
	}
	begun := time.Now()
	work()
	s.sleep()
	return stay{begun.Sub(arrived), time.Since(begun)}, nil
}

// A timer rings late, never early. What one overslept is taken off the next, so that the mean is kept.
func (s *station) sleep() {
	if s.mean == 0 {
		return
	}
	s.mutex.Lock()
	wanted := time.Duration(s.draws.ExpFloat64() * float64(s.mean))
	shorter := min(wanted, s.owed)
	s.owed -= shorter
	s.mutex.Unlock()
	begun := time.Now()
	time.Sleep(wanted - shorter)
	over := time.Since(begun) - (wanted - shorter)
	s.mutex.Lock()
	s.owed += over
	s.mutex.Unlock()
}

// The header's value, by W3C Server Timing: milliseconds.
func (s stay) String() string {
	return fmt.Sprintf("wait;dur=%.3f, service;dur=%.3f", s.wait.Seconds()*1000, s.service.Seconds()*1000)
}
