// Serving: from the open port to the last answer after SIGTERM.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const inFlightLimit = 30 * time.Second

func serve() int {
	// As pid 1 the kernel drops a signal that has no handler, so the handler comes before everything else.
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM, syscall.SIGINT)
	s, err := readSettings()
	if err != nil {
		return fail(err)
	}
	hostname, err := os.Hostname()
	if err != nil {
		return fail(err)
	}
	listener, err := net.Listen("tcp", ":"+s.port)
	if err != nil {
		return fail(err)
	}
	fmt.Fprintf(os.Stderr, "listening on %s\n", listener.Addr())
	if s.speak > 0 {
		go speak(os.Stdout, time.NewTicker(s.speak).C)
	}
	l := newLifecycle(s.slowStart, s.neverReady)
	endClients, err := startClients(s, l)
	if err != nil {
		return fail(err)
	}
	// No idle timeout: a server that gives up idle connections before its proxies do resets requests in steady state.
	handler := routes(s, l, hostname)
	if s.metricsPort != "" {
		m := newRequestMetrics()
		if err := m.show(s.metricsPort); err != nil {
			return fail(err)
		}
		handler = m.measured(handler)
	}
	server := &http.Server{Handler: handler}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fail(err)
	case <-terminated:
		code := leave(server, l, s.lameDuck)
		endClients()
		return code
	}
}

// Announce first, close later: other nodes go on sending until they have heard that this endpoint is gone.
func leave(server *http.Server, l *lifecycle, lameDuck time.Duration) int {
	if !l.started() {
		fmt.Fprintln(os.Stderr, "terminated before started")
		return 0
	}
	fmt.Fprintln(os.Stderr, "terminated: lame duck")
	l.leaving.Store(true)
	time.Sleep(lameDuck)
	fmt.Fprintln(os.Stderr, "closing the listener")
	limited, cancel := context.WithTimeout(context.Background(), inFlightLimit)
	defer cancel()
	if err := server.Shutdown(limited); err != nil {
		return fail(fmt.Errorf("requests were still in flight: %w", err))
	}
	return 0
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}
