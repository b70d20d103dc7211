// Dependencies: whether the network lets this container reach what its environment names.
package main

import (
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

const dialTimeout = time.Second

// The kubelet puts the API server's address into every container: no dependency that a manifest has declared, and one
// that a network policy is right to cut off.
const apiServer = "KUBERNETES_SERVICE"

func dependencies(w http.ResponseWriter, r *http.Request) {
	results := dialAll(declared(os.Environ()))
	status := http.StatusOK
	for _, result := range results {
		if result != "ok" {
			status = http.StatusBadGateway
		}
	}
	answerJSON(w, status, results)
}

func declared(environment []string) map[string]string {
	values := map[string]string{}
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		values[name] = value
	}
	addresses := map[string]string{}
	for name, host := range values {
		prefix, isHost := strings.CutSuffix(name, "_HOST")
		port, hasPort := values[prefix+"_PORT"]
		if isHost && hasPort && prefix != apiServer {
			addresses[prefix] = net.JoinHostPort(host, port)
		}
	}
	return addresses
}

func dialAll(addresses map[string]string) map[string]string {
	results := make(map[string]string, len(addresses))
	var lock sync.Mutex
	var all sync.WaitGroup
	for name, address := range addresses {
		all.Go(func() {
			result := dial(address)
			lock.Lock()
			defer lock.Unlock()
			results[name] = result
		})
	}
	all.Wait()
	return results
}

func dial(address string) string {
	connection, err := net.DialTimeout("tcp", address, dialTimeout)
	if err != nil {
		return err.Error()
	}
	connection.Close()
	return "ok"
}
