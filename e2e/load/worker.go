// Worker: one connection's loop of waiting, sending and counting.
package main

import "time"

// Without a rate, a refused dial would otherwise be repeated as fast as the processor goes, and starve what is measured.
const restAfterLoss = 10 * time.Millisecond

type worker struct {
	schedule   *schedule
	connection *connection
	tally      *tally
	stop       <-chan struct{}
	alarm      *time.Timer
}

func newWorker(s *schedule, c *connection, t *tally, stop <-chan struct{}) *worker {
	alarm := time.NewTimer(0)
	alarm.Stop()
	return &worker{schedule: s, connection: c, tally: t, stop: stop, alarm: alarm}
}

func (w *worker) run() {
	defer w.connection.hangUp()
	for {
		due, more := w.schedule.take()
		if !more || !w.waitUntil(due) {
			return
		}
		if !w.request(due) && due.IsZero() && !w.waitUntil(time.Now().Add(restAfterLoss)) {
			return
		}
	}
}

// Says false when it is time to stop.
func (w *worker) waitUntil(due time.Time) bool {
	select {
	case <-w.stop:
		return false
	default:
	}
	wait := time.Until(due)
	if wait <= 0 {
		return true
	}
	w.alarm.Reset(wait)
	select {
	case <-w.stop:
		w.alarm.Stop()
		return false
	case <-w.alarm.C:
		return true
	}
}

// Latency counts from the due time, so that a request which had to wait for a free worker says so; the timeout and the
// second count from the sending.
func (w *worker) request(due time.Time) bool {
	sent := time.Now()
	if due.IsZero() {
		due = sent
	}
	second := w.tally.send(sent)
	response, reason := w.connection.exchange(sent)
	if response == nil {
		w.tally.lose(second, reason)
		return false
	}
	w.tally.answer(second, response, time.Since(due))
	return true
}
