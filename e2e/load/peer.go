// Peer: whether the other side has closed, or sent anything, while a connection was idle.
package main

import (
	"net"
	"syscall"
)

type peer struct {
	raw    syscall.RawConn
	glance func(descriptor uintptr)
	silent bool
}

// The closure is made once a connection, so that a glance allocates nothing.
func newPeer(connection *net.TCPConn) *peer {
	raw, err := connection.SyscallConn()
	if err != nil {
		return &peer{}
	}
	p := &peer{raw: raw}
	var one [1]byte
	p.glance = func(descriptor uintptr) {
		_, _, err := syscall.Recvfrom(int(descriptor), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		p.silent = err == syscall.EAGAIN || err == syscall.EINTR
	}
	return p
}

// Nothing to read is the only state of an idle connection in which it may be used: an end, a reset, a TLS close_notify
// and an unasked-for response (408) all make it readable.
func (p *peer) spoke() bool {
	if p.raw == nil {
		return false
	}
	p.silent = false
	err := p.raw.Control(p.glance)
	return err != nil || !p.silent
}
