// What the server reports about the time that requests took.
package main

import (
	"net/http"
	"testing"
	"time"
)

func TestStaysAreCountedByWholeMilliseconds(t *testing.T) {
	all := new(stays)
	all.add(stay{wait: 150 * time.Millisecond, service: 50*time.Millisecond + 400*time.Microsecond})
	all.add(stay{service: 199*time.Millisecond + 600*time.Microsecond})
	all.add(stay{service: 204 * time.Millisecond})
	if got, want := get(t, all, "/stays").Body.String(), "{\"200\":2,\"204\":1}\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOnlyAnsweredRequestsAreStays(t *testing.T) {
	handler := routes(defaults(), newLifecycle(0, false), "pod")
	expectStatuses(t, handler, map[string]int{"/?sleep=much": http.StatusBadRequest})
	if got := get(t, handler, "/stays").Body.String(); got != "{}\n" {
		t.Errorf("got %s before the first answer", got)
	}
	expectStatuses(t, handler, map[string]int{"/?sleep=20": http.StatusOK})
	if got := get(t, handler, "/stays").Body.String(); got == "{}\n" {
		t.Error("an answered request was not counted")
	}
}
