// What is answered: statuses, headers, connections and TLS.
package main

import (
	"bufio"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

func TestKeepAliveUsesOneConnectionAWorker(t *testing.T) {
	var both sync.WaitGroup
	both.Add(2)
	var asked atomic.Int64
	// Without this, one worker may send everything before the other has begun.
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) <= 2 {
			both.Done()
			both.Wait()
		}
		ok(w, r)
	})
	v := load(t, target, "--requests", "200", "--connections", "2")
	expect(t, v, 200, 0)
	if v.Connections != 2 || v.Statuses[200] != 200 || v.IdleClosed != 0 {
		t.Errorf("got %+v", v)
	}
}

func TestCloseAnnouncedByTheServerIsHeeded(t *testing.T) {
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		io.WriteString(w, "ok")
	})
	v := load(t, target, "--requests", "40", "--connections", "2")
	expect(t, v, 40, 0)
	if v.Connections != 40 || v.IdleClosed != 0 {
		t.Errorf("connections %d, closed idle %d", v.Connections, v.IdleClosed)
	}
}

func TestNewConnectionsDialForEachRequest(t *testing.T) {
	var asked atomic.Int64
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Close {
			asked.Add(1)
		}
		io.WriteString(w, "ok")
	})
	v := load(t, target, "--requests", "40", "--connections", "2", "--new-connections")
	expect(t, v, 40, 0)
	if v.Connections != 40 || asked.Load() != 40 {
		t.Errorf("connections %d, closes asked for %d", v.Connections, asked.Load())
	}
}

func TestBodyUntilTheEndOfTheConnectionIsComplete(t *testing.T) {
	target := afterRequest(t, func(connection *net.TCPConn) {
		io.WriteString(connection, "HTTP/1.1 200 OK\r\n\r\nall there is")
	})
	v := load(t, target, "--requests", "5", "--connections", "1")
	expect(t, v, 5, 0)
}

func TestInterimResponseIsNotTheAnswer(t *testing.T) {
	target := afterRequest(t, func(connection *net.TCPConn) {
		io.WriteString(connection, "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
	})
	v := load(t, target, "--requests", "5", "--connections", "1")
	expect(t, v, 5, 0)
	if v.Statuses[204] != 5 {
		t.Errorf("statuses %v", v.Statuses)
	}
}

// With 400 ms between requests the close has long arrived when the next one is due.
func TestConnectionClosedWhileIdleIsLeft(t *testing.T) {
	target := misbehave(t, func(connection *net.TCPConn, reader *bufio.Reader) {
		http.ReadRequest(reader)
		io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		connection.Close()
	})
	v := load(t, target, "--requests", "4", "--connections", "1", "--rate", "2.5")
	expect(t, v, 4, 0)
	if v.IdleClosed != 3 || v.Connections != 4 {
		t.Errorf("closed idle %d, connections %d", v.IdleClosed, v.Connections)
	}
}

func TestErrorsAreAnsweredButNotOk(t *testing.T) {
	var n atomic.Int64
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		statuses := []int{200, 302, 404, 500}
		w.WriteHeader(statuses[(n.Add(1)-1)%4])
	})
	v := load(t, target, "--requests", "40", "--connections", "1")
	expect(t, v, 40, 0)
	var notOk int64
	for _, s := range v.Seconds {
		notOk += s.NotOk
	}
	if notOk != 20 || v.Statuses[200] != 10 || v.Statuses[302] != 10 || v.Statuses[404] != 10 || v.Statuses[500] != 10 {
		t.Errorf("not ok %d, statuses %v", notOk, v.Statuses)
	}
}

func TestHeadersAreCountedByValue(t *testing.T) {
	var n atomic.Int64
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if i := n.Add(1); i%3 != 0 {
			w.Header().Set("X-Version", []string{"", "412", "413"}[i%3])
		}
	})
	v := load(t, target, "--requests", "30", "--connections", "1", "--count-header", "x-version", "--count-header", "X-Pod")
	versions := v.Headers["x-version"]
	if len(versions) != 2 || versions["412"] != 10 || versions["413"] != 10 {
		t.Errorf("versions %v", versions)
	}
	if pods, present := v.Headers["X-Pod"]; !present || len(pods) != 0 {
		t.Errorf("pods %v", v.Headers)
	}
}

func TestHostAndPathAreSent(t *testing.T) {
	var wrong atomic.Int64
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Host != "shop.example" || r.URL.String() != "/cart?sleep=1" {
			wrong.Add(1)
		}
	})
	v := load(t, target, "--requests", "5", "--host", "shop.example", "--path", "/cart?sleep=1")
	expect(t, v, 5, 0)
	if wrong.Load() != 0 {
		t.Errorf("%d requests were wrong", wrong.Load())
	}
}

func TestTargetsAreTakenInTurn(t *testing.T) {
	var first, second atomic.Int64
	one := serve(t, func(http.ResponseWriter, *http.Request) { first.Add(1) })
	two := serve(t, func(http.ResponseWriter, *http.Request) { second.Add(1) })
	v := load(t, one, "--target", two, "--connections", "2", "--rate", "40", "--requests", "20")
	expect(t, v, 20, 0)
	if first.Load() == 0 || second.Load() == 0 || first.Load()+second.Load() != 20 {
		t.Errorf("first %d, second %d", first.Load(), second.Load())
	}
}

func TestTLSKeepsItsConnectionAndVerifies(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(ok))
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)
	target := server.Listener.Addr().String()
	authority := filepath.Join(t.TempDir(), "ca.pem")
	encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authority, encoded, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range [][]string{{"--server-name", "example.com"}, {"--host", "example.com:443"}, {}} {
		v := load(t, target, append(name, "--tls", "--ca", authority, "--requests", "50", "--connections", "1")...)
		expect(t, v, 50, 0)
		if v.Connections != 1 {
			t.Errorf("%v: connections %d, want 1", name, v.Connections)
		}
	}
	for _, untrusted := range [][]string{{}, {"--ca", authority, "--server-name", "other.test"}} {
		v := load(t, target, append(untrusted, "--tls", "--requests", "3", "--connections", "1")...)
		expect(t, v, 0, 3)
		expectReason(t, v, "tls: certificate not trusted", 3)
	}
}

func TestTLSAgainstPlainTextIsLost(t *testing.T) {
	target := misbehave(t, func(connection *net.TCPConn, _ *bufio.Reader) {
		io.WriteString(connection, "HTTP/1.1 400 Bad Request\r\n\r\n")
		io.Copy(io.Discard, connection)
		connection.Close()
	})
	v := load(t, target, "--tls", "--requests", "3", "--connections", "1")
	expect(t, v, 0, 3)
	expectReason(t, v, "tls: other", 3)
}
