// Test support: runs the generator in this process, and servers that misbehave.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func load(t *testing.T, target string, arguments ...string) verdict {
	t.Helper()
	return loadUntil(t, strings.NewReader(""), target, arguments...)
}

func loadUntil(t *testing.T, stdin io.Reader, target string, arguments ...string) verdict {
	t.Helper()
	all := append([]string{"--within", "127.0.0.0/8", "--target", target, "--duration", "20s"}, arguments...)
	var stdout, stderr bytes.Buffer
	if code := run(all, stdin, &stdout, &stderr); code != exitDone {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	var v verdict
	if err := json.Unmarshal(stdout.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, stdout.String())
	}
	expectBalanced(t, v)
	return v
}

// Every request is accounted for once in each breakdown.
func expectBalanced(t *testing.T, v verdict) {
	t.Helper()
	if v.Sent != v.Answered+v.Lost {
		t.Errorf("sent %d, but answered %d and lost %d", v.Sent, v.Answered, v.Lost)
	}
	if got := sum(v.Statuses); got != v.Answered {
		t.Errorf("statuses add up to %d, answered %d", got, v.Answered)
	}
	if got := sum(v.Reasons); got != v.Lost {
		t.Errorf("reasons add up to %d, lost %d", got, v.Lost)
	}
	var sent, answered, lost int64
	for i, s := range v.Seconds {
		sent, answered, lost = sent+s.Sent, answered+s.Answered, lost+s.Lost
		if s.Second != i || s.Sent != s.Answered+s.Lost {
			t.Errorf("second %d does not balance: %+v", i, s)
		}
	}
	if sent != v.Sent || answered != v.Answered || lost != v.Lost {
		t.Errorf("seconds add up to %d = %d + %d", sent, answered, lost)
	}
}

func sum[K comparable](counts map[K]int64) (total int64) {
	for _, count := range counts {
		total += count
	}
	return total
}

func expect(t *testing.T, v verdict, answered, lost int64) {
	t.Helper()
	if v.Answered != answered || v.Lost != lost {
		t.Errorf("answered %d and lost %d, want %d and %d: %v", v.Answered, v.Lost, answered, lost, v.Reasons)
	}
}

func expectReason(t *testing.T, v verdict, reason string, count int64) {
	t.Helper()
	if len(v.Reasons) != 1 || v.Reasons[reason] != count {
		t.Errorf("reasons %v, want %q alone, %d times", v.Reasons, reason, count)
	}
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func ok(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, "ok")
}

// Each connection is handed over as soon as it is accepted; the misbehaviour closes it.
func misbehave(t *testing.T, behaviour func(connection *net.TCPConn, reader *bufio.Reader)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go behaviour(connection.(*net.TCPConn), bufio.NewReader(connection))
		}
	}()
	return listener.Addr().String()
}

func afterRequest(t *testing.T, behaviour func(connection *net.TCPConn)) string {
	t.Helper()
	return misbehave(t, func(connection *net.TCPConn, reader *bufio.Reader) {
		if _, err := http.ReadRequest(reader); err == nil {
			behaviour(connection)
		}
		connection.Close()
	})
}
