// Producer: puts a backlog into a queue at once, then messages at a steady rate.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

type production struct {
	queue   string
	backlog int
	rate    float64
	seconds float64
}

// The role `produce <queue> <backlog> <messages a second> <seconds>`, beside the cluster.
func produce(arguments []string) int {
	wanted, err := readProduction(arguments)
	if err != nil {
		return fail(err)
	}
	address, err := brokerAddress()
	if err != nil {
		return fail(err)
	}
	connection, err := amqp.Dial(address)
	if err != nil {
		return fail(err)
	}
	defer connection.Close()
	channel, err := connection.Channel()
	if err != nil {
		return fail(err)
	}
	if _, err := channel.QueueDeclare(wanted.queue, true, false, false, false, nil); err != nil {
		return fail(err)
	}
	count, err := wanted.send(func() error {
		return channel.PublishWithContext(context.Background(), "", wanted.queue, false, false, amqp.Publishing{Body: []byte("message")})
	})
	if err != nil {
		return fail(err)
	}
	// Closing the channel waits until the broker has read what was sent before.
	if err := channel.Close(); err != nil {
		return fail(err)
	}
	fmt.Fprintf(os.Stdout, "%d messages\n", count)
	return 0
}

func readProduction(arguments []string) (production, error) {
	if len(arguments) != 4 {
		return production{}, fmt.Errorf("produce takes queue, backlog, messages a second and seconds, not %q", arguments)
	}
	backlog, backlogErr := strconv.Atoi(arguments[1])
	rate, rateErr := strconv.ParseFloat(arguments[2], 64)
	seconds, secondsErr := strconv.ParseFloat(arguments[3], 64)
	wrong := backlogErr != nil || rateErr != nil || secondsErr != nil
	if wrong || backlog < 0 || !(rate >= 0 && rate <= 1e4) || !(seconds >= 0 && seconds <= 3600) {
		return production{}, fmt.Errorf("%q: expected amounts", arguments[1:])
	}
	return production{arguments[0], backlog, rate, seconds}, nil
}

// By the clock, not by a pause between two messages: a slow broker does not lower the rate.
func (p production) send(publish func() error) (int, error) {
	total := p.backlog + int(p.rate*p.seconds)
	var begun time.Time
	for sent := range total {
		if sent == p.backlog {
			begun = time.Now()
			fmt.Fprintf(os.Stdout, "%d messages at once\n", p.backlog)
		}
		if steady := sent - p.backlog; steady > 0 {
			time.Sleep(time.Until(begun.Add(time.Duration(float64(steady) / p.rate * float64(time.Second)))))
		}
		if err := publish(); err != nil {
			return sent, err
		}
	}
	return total, nil
}
