// Lifecycle: booting, serving, unready, hung, leaving; what probes and handlers ask.
package main

import (
	"sync"
	"sync/atomic"
	"time"
)

type lifecycle struct {
	startedAt  time.Time
	neverReady bool
	unready    atomic.Bool
	hung       atomic.Bool
	leaving    atomic.Bool
	awaited    atomic.Int64
}

func newLifecycle(slowStart time.Duration, neverReady bool) *lifecycle {
	return &lifecycle{startedAt: time.Now().Add(slowStart), neverReady: neverReady}
}

func (l *lifecycle) started() bool {
	return !time.Now().Before(l.startedAt)
}

// Readiness asks only this process: a pod that asked its dependencies would leave the Service together with all of its
// siblings whenever one dependency stumbles.
func (l *lifecycle) ready() bool {
	return l.started() && l.awaited.Load() == 0 && !l.neverReady && !l.unready.Load() && !l.leaving.Load()
}

// A booting process is not deadlocked: a restart would not help.
func (l *lifecycle) live() bool {
	return true
}

// Not ready before the function that comes back is called, which may be called again.
func (l *lifecycle) await() func() {
	l.awaited.Add(1)
	return sync.OnceFunc(func() { l.awaited.Add(-1) })
}
