// Metrics: how long requests took and how they ended, in the text format of Prometheus.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sort"
	"sync"
	"time"
)

// Upper bounds of the histogram in seconds; the promise of the shipped systems, 0.2, is one of them.
var bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10}

type duration struct {
	// Requests that took at most the bound of the same index.
	buckets []uint64
	count   uint64
	sum     float64
}

type requestMetrics struct {
	mutex  sync.Mutex
	byCode map[int]*duration
}

func newRequestMetrics() *requestMetrics {
	return &requestMetrics{byCode: map[int]*duration{}}
}

func (m *requestMetrics) observe(code int, seconds float64) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	d := m.byCode[code]
	if d == nil {
		d = &duration{buckets: make([]uint64, len(bounds))}
		m.byCode[code] = d
	}
	for index, bound := range bounds {
		if seconds <= bound {
			d.buckets[index]++
		}
	}
	d.count++
	d.sum += seconds
}

// Source: prometheus.io, "Exposition formats".
func (m *requestMetrics) write(out io.Writer) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	const name = "http_request_duration_seconds"
	fmt.Fprintf(out, "# TYPE %s histogram\n", name)
	codes := make([]int, 0, len(m.byCode))
	for code := range m.byCode {
		codes = append(codes, code)
	}
	sort.Ints(codes)
	for _, code := range codes {
		d := m.byCode[code]
		for index, bound := range bounds {
			fmt.Fprintf(out, "%s_bucket{code=\"%d\",le=\"%g\"} %d\n", name, code, bound, d.buckets[index])
		}
		fmt.Fprintf(out, "%s_bucket{code=\"%d\",le=\"+Inf\"} %d\n", name, code, d.count)
		fmt.Fprintf(out, "%s_sum{code=\"%d\"} %g\n", name, code, d.sum)
		fmt.Fprintf(out, "%s_count{code=\"%d\"} %d\n", name, code, d.count)
	}
}

// The answer's status, for the metrics.
type answered struct {
	http.ResponseWriter
	code int
}

func (a *answered) WriteHeader(code int) {
	a.code = code
	a.ResponseWriter.WriteHeader(code)
}

func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (m *requestMetrics) measured(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		a := &answered{ResponseWriter: w, code: http.StatusOK}
		handler.ServeHTTP(a, r)
		m.observe(a.code, time.Since(started).Seconds())
	})
}

// Shows the metrics at a port of their own, until the process ends.
func (m *requestMetrics) show(port string) error {
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		return err
	}
	shown := http.NewServeMux()
	shown.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		m.write(w)
	})
	go func() { fmt.Fprintln(os.Stderr, "metrics:", http.Serve(listener, shown)) }()
	return nil
}
