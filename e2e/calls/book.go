// A book: what became of the calls to one server, by pod.
package main

import (
	"encoding/json"
	"sync"

	"google.golang.org/grpc/status"
)

type book struct {
	lock    sync.Mutex
	failed  int64
	reasons map[string]int64
	pods    map[string]int64
}

func newBook() *book {
	return &book{reasons: map[string]int64{}, pods: map[string]int64{}}
}

func (b *book) answer(pod string) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.pods[pod]++
}

func (b *book) fail(err error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.failed++
	b.reasons[status.Code(err).String()]++
}

func (b *book) MarshalJSON() ([]byte, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	return json.Marshal(struct {
		Failed  int64            `json:"failed"`
		Reasons map[string]int64 `json:"reasons"`
		Pods    map[string]int64 `json:"pods"`
	}{b.failed, b.reasons, b.pods})
}
