// The histogram and the reasons: exact where exactness is promised.
package main

import (
	"errors"
	"testing"
	"time"
)

func TestQuantilesAreWithinOnePerCentAndNeverTooFast(t *testing.T) {
	for _, unit := range []time.Duration{time.Microsecond, 37 * time.Microsecond, 11 * time.Millisecond} {
		var l latency
		for i := 1; i <= 10_000; i++ {
			l.add(time.Duration(i) * unit)
		}
		for q, rank := range map[float64]int{0.5: 5000, 0.9: 9000, 0.99: 9900, 0.999: 9990, 1: 10_000} {
			exact := time.Duration(rank) * unit
			got := l.quantile(q)
			if got < exact || float64(got) > 1.01*float64(exact)+float64(time.Microsecond) {
				t.Errorf("%s: quantile %g is %s, want %s", unit, q, got, exact)
			}
		}
		if l.longest != 10_000*unit {
			t.Errorf("longest %s", l.longest)
		}
	}
}

func TestMergedHistogramsAreOne(t *testing.T) {
	var one, two latency
	one.add(time.Millisecond)
	two.add(time.Second)
	two.add(time.Second)
	one.merge(&two)
	if one.total != 3 || one.longest != time.Second || one.quantile(0.5) != time.Second {
		t.Errorf("total %d, longest %s, median %s", one.total, one.longest, one.quantile(0.5))
	}
}

func TestBucketsHoldEveryDuration(t *testing.T) {
	for _, took := range []time.Duration{-time.Second, 0, time.Microsecond, time.Hour, 1000 * time.Hour} {
		if b := bucket(took); b < 0 || b >= buckets {
			t.Errorf("%s falls into bucket %d of %d", took, b, buckets)
		}
	}
}

func TestDialTimeoutHasItsOwnReason(t *testing.T) {
	for stage, want := range map[string]string{
		stageDial: "dial: timeout", stageTLS: "tls: timeout", stageWrite: "timeout", stageRead: "timeout",
	} {
		if got := reason(stage, timeoutError{}); got != want {
			t.Errorf("%s: got %q, want %q", stage, got, want)
		}
	}
	if got := reason(stageRead, errors.New("no idea: 0x7f3a")); got != "read: other" {
		t.Errorf("got %q: an error's own text differs from run to run", got)
	}
}

type timeoutError struct{}

func (timeoutError) Error() string   { return "i/o timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }
