// The service itself: requests on "/", what they cost and how many there were.
package main

import (
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

type service struct {
	settings  settings
	lifecycle *lifecycle
	hostname  string
	station   *station
	answered  atomic.Int64
	stays     stays
}

type identity struct {
	Component string `json:"component"`
	Version   string `json:"version"`
	Pod       string `json:"pod"`
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.lifecycle.started() {
		answerText(w, http.StatusServiceUnavailable, "starting\n")
		return
	}
	work, workErr := milliseconds(r.URL.Query(), "work", s.settings.work)
	wait, waitErr := milliseconds(r.URL.Query(), "sleep", 0)
	if workErr != nil || waitErr != nil {
		answerText(w, http.StatusBadRequest, "work and sleep are milliseconds\n")
		return
	}
	stayed, err := s.station.serve(r.Context(), func() {
		burn(work)
		time.Sleep(wait)
	})
	if err != nil {
		answerText(w, http.StatusServiceUnavailable, "left while waiting\n")
		return
	}
	// Counted before the answer leaves, so that a client that has its answer finds itself counted.
	s.answered.Add(1)
	s.stays.add(stayed)
	w.Header().Set("X-Component", s.settings.component)
	w.Header().Set("X-Version", s.settings.version)
	w.Header().Set("X-Pod", s.hostname)
	w.Header().Set("Server-Timing", stayed.String())
	answerJSON(w, http.StatusOK, identity{s.settings.component, s.settings.version, s.hostname})
}

func (s *service) count(w http.ResponseWriter, r *http.Request) {
	answerText(w, http.StatusOK, strconv.FormatInt(s.answered.Load(), 10))
}

func milliseconds(query url.Values, name string, fallback time.Duration) (time.Duration, error) {
	if !query.Has(name) {
		return fallback, nil
	}
	return amount(query.Get(name), time.Millisecond)
}
