// What is lost: each way in which an answer fails to come is counted, once and under its own reason.
package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

func TestRefusedDialIsLost(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	v := load(t, listener.Addr().String(), "--requests", "30", "--connections", "3")
	expect(t, v, 0, 30)
	expectReason(t, v, "dial: connection refused", 30)
	if v.Connections != 0 || v.LatencyMilliseconds != (percentiles{}) {
		t.Errorf("connections %d, latency %+v", v.Connections, v.LatencyMilliseconds)
	}
}

// Whether the write or the read meets the close is up to the kernel; that the request is lost is not.
func TestCloseAfterAcceptIsLost(t *testing.T) {
	target := misbehave(t, func(connection *net.TCPConn, _ *bufio.Reader) { connection.Close() })
	v := load(t, target, "--requests", "20", "--connections", "2")
	expect(t, v, 0, 20)
	if v.Connections != 20 {
		t.Errorf("connections %d, want 20", v.Connections)
	}
}

func TestCloseInsteadOfAnAnswerIsLost(t *testing.T) {
	target := afterRequest(t, func(*net.TCPConn) {})
	v := load(t, target, "--requests", "10", "--connections", "2")
	expect(t, v, 0, 10)
	expectReason(t, v, "read: eof", 10)
}

func TestResetIsLost(t *testing.T) {
	target := afterRequest(t, func(connection *net.TCPConn) { connection.SetLinger(0) })
	v := load(t, target, "--requests", "10", "--connections", "2")
	expect(t, v, 0, 10)
	expectReason(t, v, "read: reset", 10)
}

func TestHalfAnAnswerIsLost(t *testing.T) {
	halves := map[string]string{
		"status line": "HTTP/1.1 20",
		"header":      "HTTP/1.1 200 OK\r\nContent-Le",
		"body":        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
		"chunk":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
	}
	for name, half := range halves {
		t.Run(name, func(t *testing.T) {
			target := afterRequest(t, func(connection *net.TCPConn) { io.WriteString(connection, half) })
			v := load(t, target, "--requests", "5", "--connections", "1")
			expect(t, v, 0, 5)
			expectReason(t, v, "read: truncated", 5)
		})
	}
}

func TestNoHTTPIsLost(t *testing.T) {
	target := afterRequest(t, func(connection *net.TCPConn) { io.WriteString(connection, "220 mail\r\n\r\n") })
	v := load(t, target, "--requests", "5", "--connections", "1")
	expect(t, v, 0, 5)
	expectReason(t, v, "read: other", 5)
}

func TestHangBeyondTheTimeoutIsLost(t *testing.T) {
	target := afterRequest(t, func(*net.TCPConn) { time.Sleep(2 * time.Second) })
	v := load(t, target, "--requests", "4", "--connections", "2", "--timeout", "200ms")
	expect(t, v, 0, 4)
	expectReason(t, v, "timeout", 4)
	if v.Connections != 4 {
		t.Errorf("connections %d: a late answer must not meet the next request", v.Connections)
	}
}

func TestHangWithinTheAnswerIsLost(t *testing.T) {
	for _, half := range []string{"HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"} {
		target := afterRequest(t, func(connection *net.TCPConn) {
			io.WriteString(connection, half)
			time.Sleep(2 * time.Second)
		})
		v := load(t, target, "--requests", "2", "--connections", "2", "--timeout", "200ms")
		expect(t, v, 0, 2)
		expectReason(t, v, "timeout", 2)
	}
}

// The pause lets the half arrive: a reset discards what was not yet read.
func TestResetWithinTheAnswerIsLost(t *testing.T) {
	target := afterRequest(t, func(connection *net.TCPConn) {
		io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Le")
		time.Sleep(100 * time.Millisecond)
		connection.SetLinger(0)
	})
	v := load(t, target, "--requests", "2", "--connections", "2")
	expect(t, v, 0, 2)
	expectReason(t, v, "read: reset", 2)
}

func TestLossAfterAnAnswerIsNotRetried(t *testing.T) {
	target := misbehave(t, func(connection *net.TCPConn, reader *bufio.Reader) {
		http.ReadRequest(reader)
		io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		http.ReadRequest(reader)
		connection.Close()
	})
	v := load(t, target, "--requests", "10", "--connections", "1")
	expect(t, v, 5, 5)
	expectReason(t, v, "read: eof", 5)
	if v.Connections != 5 {
		t.Errorf("connections %d, want 5", v.Connections)
	}
}
