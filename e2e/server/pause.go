// Pausing: the process that holds a pod's sandbox and does nothing else.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func pause() int {
	// Two channels, since a burst of SIGCHLD could crowd SIGTERM out of one.
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM, syscall.SIGINT)
	orphaned := make(chan os.Signal, 1)
	signal.Notify(orphaned, syscall.SIGCHLD)
	for {
		reap()
		select {
		case <-terminated:
			return 0
		case <-orphaned:
		}
	}
}

// One SIGCHLD may stand for several children.
func reap() {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
	}
}
