// Tally: what one worker counts; merged at the end, so that workers share no lock.
package main

import (
	"net/http"
	"time"
)

type tally struct {
	start    time.Time
	sent     int64
	answered int64
	lost     int64
	statuses map[int]int64
	reasons  map[string]int64
	headers  map[string]map[string]int64
	latency  latency
	seconds  []second
}

type second struct {
	sent, answered, lost, notOk int64
	longest                     time.Duration
}

func newTally(start time.Time, countHeaders []string) *tally {
	t := &tally{
		start:    start,
		statuses: map[int]int64{},
		reasons:  map[string]int64{},
		headers:  map[string]map[string]int64{},
	}
	for _, name := range countHeaders {
		t.headers[name] = map[string]int64{}
	}
	return t
}

func (t *tally) send(at time.Time) *second {
	t.sent++
	second := t.second(int(at.Sub(t.start) / time.Second))
	second.sent++
	return second
}

func (t *tally) second(index int) *second {
	for len(t.seconds) <= index {
		t.seconds = append(t.seconds, second{})
	}
	return &t.seconds[index]
}

func (t *tally) answer(s *second, response *http.Response, took time.Duration) {
	t.answered++
	s.answered++
	if response.StatusCode < 200 || response.StatusCode > 399 {
		s.notOk++
	}
	s.longest = max(s.longest, took)
	t.latency.add(took)
	t.statuses[response.StatusCode]++
	t.countHeaders(response.Header)
}

// A response without the header has no value to count: a proxy's own 503 comes from no pod.
func (t *tally) countHeaders(header http.Header) {
	for name, values := range t.headers {
		if value := header.Get(name); value != "" {
			values[value]++
		}
	}
}

func (t *tally) lose(s *second, reason string) {
	t.lost++
	s.lost++
	t.reasons[reason]++
}

func (t *tally) merge(other *tally) {
	t.sent += other.sent
	t.answered += other.answered
	t.lost += other.lost
	addAll(t.statuses, other.statuses)
	addAll(t.reasons, other.reasons)
	for name, values := range other.headers {
		addAll(t.headers[name], values)
	}
	t.latency.merge(&other.latency)
	for i, s := range other.seconds {
		t.second(i).merge(s)
	}
}

func (s *second) merge(other second) {
	s.sent += other.sent
	s.answered += other.answered
	s.lost += other.lost
	s.notOk += other.notOk
	s.longest = max(s.longest, other.longest)
}

func addAll[K comparable](into, from map[K]int64) {
	for key, count := range from {
		into[key] += count
	}
}
