// Stays: how many requests were here for so long, in whole milliseconds, since the start.
package main

import (
	"net/http"
	"sync"
	"time"
)

type stays struct {
	mutex  sync.Mutex
	counts map[int64]int64
}

func (s *stays) add(one stay) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.counts == nil {
		s.counts = map[int64]int64{}
	}
	s.counts[(one.wait+one.service).Round(time.Millisecond).Milliseconds()]++
}

// Counts rather than a quantile: those of several pods can be added up.
func (s *stays) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.counts == nil {
		answerJSON(w, http.StatusOK, struct{}{})
		return
	}
	answerJSON(w, http.StatusOK, s.counts)
}
