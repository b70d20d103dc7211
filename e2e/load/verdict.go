// Verdict: the one JSON object that accounts for every request.
package main

import "time"

type verdict struct {
	Started             int64                       `json:"started"`
	Sent                int64                       `json:"sent"`
	Answered            int64                       `json:"answered"`
	Lost                int64                       `json:"lost"`
	Statuses            map[int]int64               `json:"statuses"`
	Reasons             map[string]int64            `json:"reasons"`
	Headers             map[string]map[string]int64 `json:"headers"`
	LatencyMilliseconds percentiles                 `json:"latencyMilliseconds"`
	Connections         int64                       `json:"connections"`
	IdleClosed          int64                       `json:"idleClosed"`
	Seconds             []secondVerdict             `json:"seconds"`
}

type percentiles struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

type secondVerdict struct {
	Second          int     `json:"second"`
	Sent            int64   `json:"sent"`
	Answered        int64   `json:"answered"`
	Lost            int64   `json:"lost"`
	NotOk           int64   `json:"notOk"`
	MaxMilliseconds float64 `json:"maxMilliseconds"`
}

func judge(start time.Time, countHeaders []string, workers []*worker) verdict {
	total := newTally(start, countHeaders)
	v := verdict{Started: start.UnixMilli(), Seconds: []secondVerdict{}}
	for _, w := range workers {
		total.merge(w.tally)
		v.Connections += w.connection.dialled
		v.IdleClosed += w.connection.idleClosed
	}
	v.Sent, v.Answered, v.Lost = total.sent, total.answered, total.lost
	v.Statuses, v.Reasons, v.Headers = total.statuses, total.reasons, total.headers
	v.LatencyMilliseconds = total.latency.percentiles()
	for i, s := range total.seconds {
		v.Seconds = append(v.Seconds, secondVerdict{i, s.sent, s.answered, s.lost, s.notOk, milliseconds(s.longest)})
	}
	return v
}

func (l *latency) percentiles() percentiles {
	at := func(q float64) float64 { return milliseconds(l.quantile(q)) }
	return percentiles{P50: at(0.5), P90: at(0.9), P99: at(0.99), P999: at(0.999), Max: milliseconds(l.longest)}
}

// To the microsecond; more would be noise.
func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond).Microseconds()) / 1000
}
