package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMetricsCountRequestsByCodeAndDuration(t *testing.T) {
	m := newRequestMetrics()
	m.observe(200, 0.03)
	m.observe(200, 0.2)
	m.observe(503, 20)
	var text strings.Builder
	m.write(&text)
	for _, line := range []string{
		`http_request_duration_seconds_bucket{code="200",le="0.025"} 0`,
		`http_request_duration_seconds_bucket{code="200",le="0.05"} 1`,
		`http_request_duration_seconds_bucket{code="200",le="0.2"} 2`,
		`http_request_duration_seconds_count{code="200"} 2`,
		`http_request_duration_seconds_bucket{code="503",le="10"} 0`,
		`http_request_duration_seconds_bucket{code="503",le="+Inf"} 1`,
		`http_request_duration_seconds_sum{code="503"} 20`,
	} {
		if !strings.Contains(text.String(), line+"\n") {
			t.Errorf("no %s in\n%s", line, text.String())
		}
	}
}

func TestMeasuredHandlersKeepTheirStatus(t *testing.T) {
	m := newRequestMetrics()
	handler := m.measured(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusGone)
		}
	}))
	for path, code := range map[string]int{"/": http.StatusOK, "/gone": http.StatusGone} {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
		if recorder.Code != code || m.byCode[code].count != 1 {
			t.Errorf("%s: status %d, counted %v", path, recorder.Code, m.byCode[code])
		}
	}
}
