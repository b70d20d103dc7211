// Work: CPU time burnt, which is what an autoscaler measures.
package main

import (
	"crypto/sha256"
	"runtime"
	"syscall"
	"time"
)

// Measured in the thread's CPU time, not on the clock: a throttled or crowded process would otherwise do less work for a
// request the busier it is, and never show its load.
func burn(work time.Duration) {
	if work <= 0 {
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var block [4096]byte
	for end := threadTime() + work; threadTime() < end; {
		sum := sha256.Sum256(block[:])
		copy(block[:], sum[:])
	}
}

func threadTime() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_THREAD, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
