// The queue's two ends: every message is acknowledged once it is done, and the producer sends the given amounts.
package main

import (
	"context"
	"errors"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

type acknowledged struct{ tags []uint64 }

func (a *acknowledged) Ack(tag uint64, multiple bool) error {
	if multiple {
		return errors.New("one at a time")
	}
	a.tags = append(a.tags, tag)
	return nil
}
func (a *acknowledged) Nack(uint64, bool, bool) error { return errors.New("nothing fails here") }
func (a *acknowledged) Reject(uint64, bool) error     { return errors.New("nothing fails here") }

func deliver(a *acknowledged, count int) chan amqp.Delivery {
	deliveries := make(chan amqp.Delivery, count)
	for tag := range count {
		deliveries <- amqp.Delivery{Acknowledger: a, DeliveryTag: uint64(tag + 1)}
	}
	return deliveries
}

func TestEachMessageTakesItsTimeAndIsAcknowledged(t *testing.T) {
	a := new(acknowledged)
	deliveries := deliver(a, 3)
	close(deliveries)
	started := time.Now()
	err := (&consumer{each: 20 * time.Millisecond}).workOff(context.Background(), deliveries)
	if took := time.Since(started); took < 60*time.Millisecond {
		t.Errorf("took %s, want at least 60ms", took)
	}
	if err == nil || len(a.tags) != 3 || a.tags[0] != 1 || a.tags[2] != 3 {
		t.Errorf("got %v, %v", a.tags, err)
	}
}

func TestWhoIsToEndFinishesItsMessageAndTakesNoOther(t *testing.T) {
	a := new(acknowledged)
	ending, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := (&consumer{each: 100 * time.Millisecond}).workOff(ending, deliver(a, 9)); err != nil {
		t.Error(err)
	}
	if len(a.tags) != 1 {
		t.Errorf("got %v, want one", a.tags)
	}
}

func TestWhoWaitsForAMessageEndsToo(t *testing.T) {
	ending, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	ended := make(chan error)
	go func() { ended <- new(consumer).workOff(ending, make(chan amqp.Delivery)) }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it waits on")
	}
}

func TestAConsumerWithoutBrokerIsNotReady(t *testing.T) {
	closed := listen(t)
	closed.Close()
	c := startServer(t, append(tellAccount(t, "BROKER", port(closed)), "START_SECONDS=0", "BROKER_QUEUE=orders")...)
	c.expect("GET", "/healthz/started", 200)
	c.expect("GET", "/healthz/ready", 503)
}

func TestProducerSendsTheBacklogAtOnceAndTheRestByTheClock(t *testing.T) {
	count := 0
	started := time.Now()
	sent, err := production{"orders", 50, 100, 0.2}.send(func() error { count++; return nil })
	if took := time.Since(started); took < 190*time.Millisecond {
		t.Errorf("took %s, want about 200ms", took)
	}
	if err != nil || sent != 70 || count != 70 {
		t.Errorf("got %d of %d, %v", sent, count, err)
	}
	gone := errors.New("gone")
	if sent, err := (production{"orders", 5, 0, 0}).send(func() error { return gone }); sent != 0 || err != gone {
		t.Errorf("got %d, %v", sent, err)
	}
}

func TestProducerRefusesWhatIsNoAmount(t *testing.T) {
	for _, arguments := range [][]string{{}, {"q", "1", "1"}, {"q", "-1", "1", "1"}, {"q", "1", "NaN", "1"}, {"q", "1", "1", "x"}} {
		if _, err := readProduction(arguments); err == nil {
			t.Errorf("%q was taken", arguments)
		}
	}
	if got, err := readProduction([]string{"orders", "10", "2.5", "60"}); err != nil || got != (production{"orders", 10, 2.5, 60}) {
		t.Errorf("got %+v, %v", got, err)
	}
}
