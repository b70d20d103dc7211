// Ports: the client's own, taken in order from a range, so that none is tried again soon.
package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// One client with random ports would soon try a pair of ports again whose first packets went to a dead pod, and connection tracking
// sends it there for two minutes. The addresses of users are too many for a pair to return soon.
type ports struct {
	first, count int64
	taken        atomic.Int64
}

func parsePorts(text string) (*ports, error) {
	from, to, _ := strings.Cut(text, "-")
	first, errFirst := strconv.ParseUint(from, 10, 16)
	last, errLast := strconv.ParseUint(to, 10, 16)
	if errFirst != nil || errLast != nil || first < 1024 || last < first {
		return nil, fmt.Errorf("--local-ports %q: expected FIRST-LAST, such as 10000-15999, from 1024 up", text)
	}
	return &ports{first: int64(first), count: int64(last-first) + 1}, nil
}

// Tries one port after the other until one is free, at most each once. Without a range the kernel chooses.
func (p *ports) try(dial func(local net.Addr) error) error {
	if p == nil {
		return dial(nil)
	}
	err := error(syscall.EADDRNOTAVAIL)
	for range p.count {
		n := p.taken.Add(1) - 1
		if err = dial(&net.TCPAddr{Port: int(p.first + n%p.count)}); !inUse(err) {
			return err
		}
	}
	return err
}

func inUse(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EADDRNOTAVAIL)
}
