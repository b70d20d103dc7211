// Latency: a histogram that keeps every answer's time within one per cent, in little memory.
package main

import (
	"math"
	"math/bits"
	"time"
)

// 128 buckets to each power of two; 26 powers above the first reach beyond the longest duration and timeout.
const (
	precision = 7
	powers    = 26
	buckets   = (powers + 1) << precision
)

type latency struct {
	counts  [buckets]int64
	total   int64
	longest time.Duration
}

func (l *latency) add(took time.Duration) {
	l.counts[bucket(took)]++
	l.total++
	l.longest = max(l.longest, took)
}

func (l *latency) merge(other *latency) {
	for i, count := range other.counts {
		l.counts[i] += count
	}
	l.total += other.total
	l.longest = max(l.longest, other.longest)
}

// The nearest rank, at its bucket's upper end: rounded up.
func (l *latency) quantile(q float64) time.Duration {
	rank := int64(math.Ceil(q * float64(l.total)))
	var seen int64
	for i, count := range l.counts {
		seen += count
		if count > 0 && seen >= rank {
			return min(upperEnd(i), l.longest)
		}
	}
	return l.longest
}

func bucket(took time.Duration) int {
	microseconds := uint64(max(took, 0) / time.Microsecond)
	shift := max(bits.Len64(microseconds)-precision-1, 0)
	return min(shift<<precision+int(microseconds>>shift), buckets-1)
}

func upperEnd(bucket int) time.Duration {
	shift := max(bucket>>precision-1, 0)
	mantissa := bucket - shift<<precision
	return time.Duration(uint64(mantissa+1)<<shift)*time.Microsecond - 1
}
