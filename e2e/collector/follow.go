// Following: the log of every container of the node, from its first line on, each line once.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	lookEvery = 2 * time.Second
	restAfter = time.Second
)

type following struct {
	config  config
	api     *api
	node    string
	pusher  *pusher
	mutex   sync.Mutex
	follows map[string]bool
}

func newFollowing(c config, a *api, node string, p *pusher) *following {
	return &following{config: c, api: a, node: node, pusher: p, follows: map[string]bool{}}
}

func (f *following) run(until context.Context) {
	for until.Err() == nil {
		pods, err := f.api.podsOn(until, f.node)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		for _, p := range pods {
			f.begin(until, p)
		}
		sleep(until, lookEvery)
	}
}

// Each container that runs, or ran, is followed once.
func (f *following) begin(until context.Context, p pod) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, status := range p.Status.ContainerStatuses {
		if status.ContainerID == "" || f.follows[status.ContainerID] {
			continue
		}
		labels, err := f.config.labelsOf(p, status.Name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		f.follows[status.ContainerID] = true
		go f.follow(until, p, status.Name, labels)
	}
}

// A log that ends is asked for again, from the last line on, until its pod is gone.
func (f *following) follow(until context.Context, p pod, container string, labels map[string]string) {
	var last time.Time
	for until.Err() == nil {
		limited, cancel := context.WithCancel(until)
		body, err := f.api.logOf(limited, p, container, last)
		if err != nil {
			cancel()
			if strings.Contains(err.Error(), " 404 ") {
				return
			}
			sleep(until, restAfter)
			continue
		}
		last = f.read(until, body, cancel, labels, last)
		body.Close()
		sleep(until, restAfter)
	}
}

// Gives the time of the last line.
func (f *following) read(until context.Context, body io.Reader, cancel func(), labels map[string]string, last time.Time) time.Time {
	defer cancel()
	silent := time.AfterFunc(silence, cancel)
	defer silent.Stop()
	lines := bufio.NewReader(body)
	for {
		text, err := lines.ReadString('\n')
		silent.Reset(silence)
		if err != nil {
			return last
		}
		at, line, ok := parseLine(text)
		if !ok || !at.After(last) {
			continue
		}
		last = at
		if !f.pusher.add(until, entry{labels: labels, at: at, line: line}) {
			return last
		}
	}
}

// A line as the kubelet gives it: its time, a space, and what was written.
func parseLine(text string) (time.Time, string, bool) {
	stamp, line, isCut := strings.Cut(strings.TrimSuffix(text, "\n"), " ")
	at, err := time.Parse(time.RFC3339Nano, stamp)
	return at, line, isCut && err == nil
}

func sleep(until context.Context, time_ time.Duration) {
	select {
	case <-until.Done():
	case <-time.After(time_):
	}
}
