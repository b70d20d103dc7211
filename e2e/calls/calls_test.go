package main

import (
	"errors"
	"net"
	"testing"
	"time"
)

func served(t *testing.T, pod string) (address string, stop func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, _ := newServer(pod, 0)
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	return listener.Addr().String(), server.GracefulStop
}

func TestACallIsCountedForItsPod(t *testing.T) {
	address, stop := served(t, "web-1")
	client, err := dial(address)
	if err != nil {
		t.Fatal(err)
	}
	b := newBook()
	callOnce(client, b)
	callOnce(client, b)
	stop()
	callOnce(client, b)
	if b.pods["web-1"] != 2 || b.failed != 1 || b.reasons["Unavailable"] != 1 {
		t.Fatalf("%v, %d failed: %v", b.pods, b.failed, b.reasons)
	}
}

func TestServersAreThoseOfConnections(t *testing.T) {
	found := servers([]string{
		"RATES_HOST=rates", "RATES_PORT=9090", "KUBERNETES_SERVICE_HOST=10.0.0.1", "KUBERNETES_SERVICE_PORT=443", "ALONE_HOST=x",
	})
	if len(found) != 1 || found["rates"] != "rates:9090" {
		t.Fatal(found)
	}
}

func TestAnAgeIsAWholeNumberOfSeconds(t *testing.T) {
	if age, err := connectionAge("10"); err != nil || age != 10*time.Second {
		t.Fatal(age, err)
	}
	if age, err := connectionAge(""); err != nil || age != 0 {
		t.Fatal(age, err)
	}
	for _, text := range []string{"0", "-1", "ten"} {
		if _, err := connectionAge(text); err == nil {
			t.Fatal(text)
		}
	}
}

func TestAnUnknownRoleFails(t *testing.T) {
	for _, arguments := range [][]string{{}, {"sing"}, {"serve", "twice"}} {
		if play(arguments) != 1 {
			t.Fatal(arguments)
		}
	}
}

func TestABookNamesReasons(t *testing.T) {
	b := newBook()
	b.fail(errors.New("odd"))
	text, err := b.MarshalJSON()
	if err != nil || string(text) != `{"failed":1,"reasons":{"Unknown":1},"pods":{}}` {
		t.Fatal(string(text), err)
	}
}
