package main

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	"google.golang.org/grpc/resolver/dns"
)

const port = "19090"

// A name server for any name: the first n of three addresses, as a headless Service has them of its ready pods.
func nameServer(t *testing.T, n *atomic.Int32) string {
	t.Helper()
	connection, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	go func() {
		packet := make([]byte, 1500)
		for {
			size, from, err := connection.ReadFrom(packet)
			if err != nil {
				return
			}
			var message dnsmessage.Message
			if message.Unpack(packet[:size]) != nil || len(message.Questions) != 1 {
				continue
			}
			question := message.Questions[0]
			message.Response, message.Additionals = true, nil
			if question.Type == dnsmessage.TypeA {
				for last := byte(2); last < 2+byte(n.Load()); last++ {
					header := dnsmessage.ResourceHeader{Name: question.Name, Class: question.Class}
					message.Answers = append(message.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, last}}})
				}
			}
			if answer, err := message.Pack(); err == nil {
				connection.WriteTo(answer, from)
			}
		}
	}()
	return connection.LocalAddr().String()
}

// Calls two servers, then a third one comes; gives the calls to each of them some seconds later.
func callsAfterGrowth(t *testing.T, age time.Duration) map[string]int64 {
	t.Helper()
	for last, pod := range map[string]string{"2": "old-1", "3": "old-2", "4": "new"} {
		listener, err := net.Listen("tcp", "127.0.0."+last+":"+port)
		if err != nil {
			t.Fatal(err)
		}
		server, _ := newServer(pod, age)
		go server.Serve(listener)
		t.Cleanup(server.Stop)
	}
	var ready atomic.Int32
	ready.Store(2)
	client, err := dialAt("dns://" + nameServer(t, &ready) + "/rates.test:" + port)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b := newBook()
	go callSteadily(ctx, client, b)
	time.Sleep(time.Second)
	ready.Store(3)
	time.Sleep(4 * time.Second)
	b.lock.Lock()
	defer b.lock.Unlock()
	if b.failed > 0 || b.pods["old-1"] == 0 || b.pods["old-2"] == 0 {
		t.Fatal(b.pods, b.reasons)
	}
	return b.pods
}

func TestAClientSeesMoreServersOnlyWhereConnectionsEnd(t *testing.T) {
	// 30 s by default, which would make the test as long
	dns.SetMinResolutionInterval(time.Second)
	t.Run("they last", func(t *testing.T) {
		if pods := callsAfterGrowth(t, 0); pods["new"] != 0 {
			t.Fatal(pods)
		}
	})
	t.Run("they end by their age", func(t *testing.T) {
		if pods := callsAfterGrowth(t, time.Second); pods["new"] == 0 {
			t.Fatal(pods)
		}
	})
}
