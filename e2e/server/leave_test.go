// Leaving: every request that was accepted before the listener closed is answered.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A raw client without retries: one connection, kept as long as the server lets it.
type rawClient struct {
	address    string
	connection net.Conn
	reader     *bufio.Reader
}

func (c *rawClient) get(path string) (*http.Response, error) {
	if c.connection == nil {
		connection, err := net.DialTimeout("tcp", c.address, 5*time.Second)
		if err != nil {
			return nil, err
		}
		c.connection, c.reader = connection, bufio.NewReader(connection)
	}
	c.connection.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := fmt.Fprintf(c.connection, "GET %s HTTP/1.1\r\nHost: test\r\n\r\n", path); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return nil, err
	}
	if response.Close {
		c.connection.Close()
		c.connection = nil
	}
	return response, nil
}

func TestKeepAliveLoadLosesNothingOverSigterm(t *testing.T) {
	c := startServer(t, "START_SECONDS=0", "LAME_DUCK_SECONDS=3")
	var answered, announced, lost atomic.Int64
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			client := &rawClient{address: c.address}
			for !closed(stop) {
				response, err := client.get("/")
				switch {
				case err != nil || response.StatusCode != http.StatusOK:
					lost.Add(1)
					t.Errorf("lost: %v", err)
					return
				case response.Close:
					announced.Add(1)
				}
				answered.Add(1)
				time.Sleep(2 * time.Millisecond)
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	if announced.Load() != 0 {
		t.Errorf("%d closes were announced before SIGTERM", announced.Load())
	}
	before := answered.Load()
	c.signal(syscall.SIGTERM)
	time.Sleep(time.Second)
	close(stop)
	all.Wait()
	if before == 0 || answered.Load() == before || announced.Load() == 0 || lost.Load() != 0 {
		t.Errorf("before %d, answered %d, announced %d, lost %d", before, answered.Load(), announced.Load(), lost.Load())
	}
	if code := c.exitCode(10 * time.Second); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestUnreadyFromSigtermOnWhileServing(t *testing.T) {
	c := startServer(t, "START_SECONDS=0", "LAME_DUCK_SECONDS=3")
	c.expect(http.MethodGet, "/healthz/ready", 200)
	c.signal(syscall.SIGTERM)
	c.untilStatus("/healthz/ready", 503)
	c.expect(http.MethodGet, "/", 200)
	c.expect(http.MethodGet, "/healthz/live", 200)
}

// An idle keep-alive connection lives through the lame duck, and its next answer announces the close.
func TestIdleConnectionIsServedAfterSigterm(t *testing.T) {
	c := startServer(t, "START_SECONDS=0", "LAME_DUCK_SECONDS=3")
	client := &rawClient{address: c.address}
	if response, err := client.get("/"); err != nil || response.Close {
		t.Fatalf("got %v, %v", response, err)
	}
	c.signal(syscall.SIGTERM)
	c.untilStatus("/healthz/ready", 503)
	time.Sleep(500 * time.Millisecond)
	if client.connection == nil {
		t.Fatal("the connection was not kept")
	}
	response, err := client.get("/")
	if err != nil || response.StatusCode != http.StatusOK || !response.Close {
		t.Errorf("got %v, %v", response, err)
	}
}

func TestRequestInFlightOutlivesTheListener(t *testing.T) {
	c := startServer(t, "START_SECONDS=0", "LAME_DUCK_SECONDS=0.2")
	slow := make(chan error, 1)
	go func() {
		client := &rawClient{address: c.address}
		response, err := client.get("/?sleep=2500")
		if err == nil && (response.StatusCode != http.StatusOK || !response.Close) {
			err = fmt.Errorf("status %d, close %t", response.StatusCode, response.Close)
		}
		slow <- err
	}()
	time.Sleep(300 * time.Millisecond)
	c.signal(syscall.SIGTERM)
	time.Sleep(time.Second)
	if _, err := net.DialTimeout("tcp", c.address, time.Second); err == nil {
		t.Error("the listener is still open")
	}
	if err := <-slow; err != nil {
		t.Errorf("the slow request was lost: %v", err)
	}
	if code := c.exitCode(10 * time.Second); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func closed(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}
