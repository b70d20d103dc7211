// Local ports: in order, none twice before all had their turn, one in use left out.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
)

// A range below the ephemeral ports, so that no other test's connection is in it.
const firstLocalPort = 20_000

func TestLocalPortsAreTakenInOrder(t *testing.T) {
	busy, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", firstLocalPort+2))
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	var mutex sync.Mutex
	var seen []string
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		_, port, _ := net.SplitHostPort(r.RemoteAddr)
		seen = append(seen, port)
		io.WriteString(w, "ok")
	})
	v := load(t, target, "--requests", "4", "--connections", "1", "--new-connections", "--local-ports", "20000-20009")
	expect(t, v, 4, 0)
	if want := []string{"20000", "20001", "20003", "20004"}; !slices.Equal(seen, want) {
		t.Errorf("ports %v, want %v", seen, want)
	}
}

func TestWithoutAFreeLocalPortTheRequestIsLost(t *testing.T) {
	busy, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", firstLocalPort+100))
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	v := load(t, serve(t, ok), "--requests", "2", "--connections", "1", "--local-ports", "20100-20100")
	expect(t, v, 0, 2)
	expectReason(t, v, "dial: no free local port", 2)
}
