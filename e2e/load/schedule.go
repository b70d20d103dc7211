// Schedule: which request is due when, shared by all workers.
package main

import (
	"sync/atomic"
	"time"
)

type schedule struct {
	start    time.Time
	duration time.Duration
	rate     float64
	bound    int64
	taken    atomic.Int64
}

// With a rate, request n is due at start + n/rate, however late the answers before it were. A schedule that waited for
// answers would send least while the service is at its slowest, and leave those very moments out of the percentiles
// (coordinated omission). Without a rate the due time is zero: at once.
func (s *schedule) take() (due time.Time, more bool) {
	n := s.taken.Add(1) - 1
	if s.bound > 0 && n >= s.bound {
		return time.Time{}, false
	}
	if s.rate == 0 {
		return time.Time{}, time.Since(s.start) < s.duration
	}
	after := time.Duration(float64(n) / s.rate * float64(time.Second))
	return s.start.Add(after), after < s.duration
}
