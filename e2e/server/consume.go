// Consumer: works off a queue, one message at a time, each for a fixed time, and acknowledges what is done.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

type consumer struct {
	address  string
	queue    string
	prefetch int
	each     time.Duration
	complete func()
}

func newConsumer(s settings, l *lifecycle) (*consumer, error) {
	address, err := brokerAddress()
	if err != nil {
		return nil, err
	}
	return &consumer{address: address, queue: s.queue, prefetch: s.prefetch, each: s.message, complete: l.await()}, nil
}

func brokerAddress() (string, error) {
	at, err := accountAt("BROKER")
	address := url.URL{Scheme: "amqp", User: url.UserPassword(at.username, at.password), Host: at.host + ":" + at.port, Path: "/"}
	return address.String(), err
}

// Consumes until the broker is lost or this process ends. What was fetched and not begun goes back to the queue.
func (c *consumer) consume(context context.Context) error {
	connection, err := amqp.Dial(c.address)
	if err != nil {
		return fmt.Errorf("the broker: %w", err)
	}
	defer connection.Close()
	channel, err := connection.Channel()
	if err != nil {
		return err
	}
	if err := channel.Qos(c.prefetch, 0, false); err != nil {
		return err
	}
	deliveries, err := channel.Consume(c.queue, "", false, false, false, false, nil)
	if err != nil {
		return err
	}
	c.complete()
	return c.workOff(context, deliveries)
}

func (c *consumer) workOff(context context.Context, deliveries <-chan amqp.Delivery) error {
	for context.Err() == nil {
		select {
		case <-context.Done():
		case delivery, open := <-deliveries:
			if !open {
				return errors.New("the broker closed the channel")
			}
			time.Sleep(c.each)
			if err := delivery.Ack(false); err != nil {
				return err
			}
		}
	}
	return nil
}
