// Calling: a steady rate of calls to each server that the environment names, as a gRPC client that balances by itself, and their books.
package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
)

const (
	// Each caller's share of a server's load.
	pause    = 20 * time.Millisecond
	patience = 3 * time.Second
)

// What a client needs to balance: all addresses of the name, and calls to each of them in turn. Nothing is tried again.
const policy = `{"loadBalancingConfig": [{"round_robin": {}}]}`

func call() error {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	books := map[string]*book{}
	for name, address := range servers(os.Environ()) {
		client, err := dial(address)
		if err != nil {
			return err
		}
		books[name] = newBook()
		go callSteadily(ctx, client, books[name])
	}
	mux := http.NewServeMux()
	ok := func(w http.ResponseWriter, _ *http.Request) {}
	mux.HandleFunc("GET /healthz", ok)
	mux.HandleFunc("GET /calls", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(books)
	})
	server := &http.Server{Addr: ":8080", Handler: mux}
	go func() {
		<-ctx.Done()
		server.Shutdown(context.Background())
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// Addresses by name, from the variables of connections. The API server's are in every container.
func servers(environment []string) map[string]string {
	values := map[string]string{}
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		values[name] = value
	}
	addresses := map[string]string{}
	for name, host := range values {
		prefix, isHost := strings.CutSuffix(name, "_HOST")
		port, hasPort := values[prefix+"_PORT"]
		if isHost && hasPort && prefix != "KUBERNETES_SERVICE" {
			addresses[strings.ToLower(prefix)] = net.JoinHostPort(host, port)
		}
	}
	return addresses
}

func dial(address string) (healthpb.HealthClient, error) {
	return dialAt("dns:///" + address)
}

func dialAt(target string) (healthpb.HealthClient, error) {
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(policy),
		grpc.WithDisableRetry(),
	}
	connection, err := grpc.NewClient(target, options...)
	if err != nil {
		return nil, err
	}
	return healthpb.NewHealthClient(connection), nil
}

// However late the answers are, the next call is made.
func callSteadily(ctx context.Context, client healthpb.HealthClient, b *book) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			go callOnce(client, b)
		}
	}
}

func callOnce(client healthpb.HealthClient, b *book) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var header metadata.MD
	_, err := client.Check(ctx, &healthpb.HealthCheckRequest{}, grpc.Header(&header))
	if err != nil {
		b.fail(err)
		return
	}
	b.answer(strings.Join(header.Get(podHeader), ","))
}
