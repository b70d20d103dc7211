// Serving: gRPC health checks, each with the name of its pod, from the boot to the last answer after SIGTERM.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
)

// Header of an answer that names its pod.
const podHeader = "x-pod"

const bootTime = 2 * time.Second

func serve() error {
	// As pid 1 the kernel drops a signal that has no handler, so the handler comes before everything else.
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM, syscall.SIGINT)
	hostname, err := os.Hostname()
	if err != nil {
		return err
	}
	age, err := connectionAge(os.Getenv("CONNECTION_SECONDS"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", ":9090")
	if err != nil {
		return err
	}
	server, checks := newServer(hostname, age)
	checks.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	time.AfterFunc(bootTime, func() { checks.SetServingStatus("", healthpb.HealthCheckResponse_SERVING) })
	go func() {
		<-terminated
		server.GracefulStop()
	}()
	return server.Serve(listener)
}

// A health check stands for every call: the proof needs no interface of its own.
func newServer(pod string, age time.Duration) (*grpc.Server, *health.Server) {
	name := func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		if err := grpc.SetHeader(ctx, metadata.Pairs(podHeader, pod)); err != nil {
			return nil, err
		}
		return next(ctx, request)
	}
	limit := keepalive.ServerParameters{MaxConnectionAge: age}
	server := grpc.NewServer(grpc.UnaryInterceptor(name), grpc.KeepaliveParams(limit))
	checks := health.NewServer()
	healthpb.RegisterHealthServer(server, checks)
	return server, checks
}

// How old a connection may get; without a text, any age.
func connectionAge(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	seconds, err := strconv.ParseUint(text, 10, 16)
	if err != nil || seconds == 0 {
		return 0, fmt.Errorf("CONNECTION_SECONDS %q: expected a whole number from 1", text)
	}
	return time.Duration(seconds) * time.Second, nil
}
