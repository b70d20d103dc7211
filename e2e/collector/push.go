// Pushing: lines in batches, each until Loki has taken it, as Alloy's loki.write does but without an end.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

const (
	batchEvery  = 500 * time.Millisecond
	batchMost   = 5000
	pushTimeout = 10 * time.Second
	longestRest = 5 * time.Second
)

type entry struct {
	labels map[string]string
	at     time.Time
	line   string
}

// What became of the pushes.
type books struct {
	// Lines that Loki has taken.
	Taken int `json:"taken"`
	// Pushes that failed, by status, or `lost` without an answer.
	Refused map[string]int `json:"refused"`
	// What the last push that failed got.
	Reason string `json:"reason"`
}

type pusher struct {
	config  config
	client  *http.Client
	entries chan entry
	mutex   sync.Mutex
	books   books
}

func newPusher(c config) *pusher {
	return &pusher{
		config:  c,
		client:  &http.Client{Timeout: pushTimeout},
		entries: make(chan entry, batchMost),
		books:   books{Refused: map[string]int{}},
	}
}

// Waits while Loki takes none. Says false when it is time to stop.
func (p *pusher) add(until context.Context, e entry) bool {
	select {
	case p.entries <- e:
		return true
	case <-until.Done():
		return false
	}
}

func (p *pusher) run(until context.Context) {
	for until.Err() == nil {
		sleep(until, batchEvery)
		if batch := p.take(); len(batch) > 0 {
			p.push(until, batch)
		}
	}
}

func (p *pusher) take() []entry {
	var batch []entry
	for len(batch) < batchMost {
		select {
		case e := <-p.entries:
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

func (p *pusher) push(until context.Context, batch []entry) {
	body := bodyOf(batch)
	for rest := batchEvery; until.Err() == nil; rest = min(2*rest, longestRest) {
		status, reason := p.send(until, body)
		// Loki refuses what is too old or out of order for good
		if status == http.StatusNoContent || status == http.StatusBadRequest {
			p.note(func(b *books) {
				b.Taken += len(batch)
				if status == http.StatusBadRequest {
					b.Refused["400"]++
					b.Reason = reason
				}
			})
			return
		}
		fmt.Fprintln(os.Stderr, reason)
		p.note(func(b *books) {
			key := "lost"
			if status != 0 {
				key = strconv.Itoa(status)
			}
			b.Refused[key]++
			b.Reason = reason
		})
		p.client.CloseIdleConnections()
		sleep(until, rest)
	}
}

func (p *pusher) send(until context.Context, body []byte) (status int, reason string) {
	request, err := http.NewRequestWithContext(until, http.MethodPost, p.config.url, bytes.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := p.client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 300))
	return response.StatusCode, fmt.Sprintf("%s: %s", response.Status, bytes.TrimSpace(text))
}

// Source: grafana.com, "Loki HTTP API", push.
func bodyOf(batch []entry) []byte {
	type stream struct {
		Stream map[string]string `json:"stream"`
		Values [][2]string       `json:"values"`
	}
	streams := map[string]*stream{}
	var order []*stream
	for _, e := range batch {
		key := fmt.Sprint(e.labels)
		s, isKnown := streams[key]
		if !isKnown {
			s = &stream{Stream: e.labels}
			streams[key] = s
			order = append(order, s)
		}
		s.Values = append(s.Values, [2]string{strconv.FormatInt(e.at.UnixNano(), 10), e.line})
	}
	body, err := json.Marshal(map[string]any{"streams": order})
	if err != nil {
		panic(err)
	}
	return body
}

func (p *pusher) note(change func(*books)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	change(&p.books)
}

func (p *pusher) show(w http.ResponseWriter, _ *http.Request) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	json.NewEncoder(w).Encode(p.books)
}
