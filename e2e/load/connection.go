// Connection: one worker's line to its target, and one request and answer on it.
package main

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

type connection struct {
	target  netip.AddrPort
	tls     *tls.Config
	request []byte
	timeout time.Duration
	ports   *ports
	// One request a connection: the request itself asks for the close.
	single bool

	open       *stream
	reader     *bufio.Reader
	peer       *peer
	dialled    int64
	idleClosed int64
}

func newConnection(o options, target netip.AddrPort) *connection {
	return &connection{
		target:  target,
		tls:     o.trust.config(target.Addr()),
		request: requestBytes(o, target),
		timeout: o.timeout,
		ports:   o.localPorts,
		single:  o.newConnections,
		reader:  bufio.NewReader(nil),
	}
}

func requestBytes(o options, target netip.AddrPort) []byte {
	host := o.host
	if host == "" {
		host = target.String()
	}
	text := "GET " + o.path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: evenkeel-load\r\nAccept: */*\r\n"
	if o.newConnections {
		text += "Connection: close\r\n"
	}
	return []byte(text + "\r\n")
}

// Either a complete response or the reason why there is none; never a second try.
func (c *connection) exchange(sent time.Time) (*http.Response, string) {
	response, stage, err := c.attempt(sent.Add(c.timeout))
	if err != nil {
		c.hangUp()
		return nil, reason(stage, err)
	}
	if c.single || response.Close {
		c.hangUp()
	}
	return response, ""
}

func (c *connection) attempt(deadline time.Time) (*http.Response, string, error) {
	c.leaveClosed()
	if c.open == nil {
		if stage, err := c.dial(deadline); err != nil {
			return nil, stage, err
		}
	}
	c.open.SetDeadline(deadline)
	if _, err := c.open.Write(c.request); err != nil {
		return nil, stageWrite, err
	}
	response, err := c.read()
	return response, stageRead, err
}

// HTTP/1.1 lets a server close a connection that is idle, and has the client watch for it (RFC 9112, 9.5). Nothing was
// sent yet, so nothing is lost and nothing tried again; it is counted anyway. A close that meets a request on its
// way does lose it.
func (c *connection) leaveClosed() {
	if c.open != nil && (c.reader.Buffered() > 0 || c.peer.spoke()) {
		c.idleClosed++
		c.hangUp()
	}
}

func (c *connection) dial(deadline time.Time) (string, error) {
	dialler := net.Dialer{Deadline: deadline, KeepAlive: -1}
	var open net.Conn
	err := c.ports.try(func(local net.Addr) (err error) {
		dialler.LocalAddr = local
		open, err = dialler.Dial("tcp", c.target.String())
		return err
	})
	if err != nil {
		return stageDial, err
	}
	c.dialled++
	c.peer = newPeer(open.(*net.TCPConn))
	c.open = &stream{Conn: open}
	if c.tls != nil {
		secured := tls.Client(open, c.tls)
		c.open = &stream{Conn: secured}
		open.SetDeadline(deadline)
		if err := secured.Handshake(); err != nil {
			return stageTLS, err
		}
	}
	c.reader.Reset(c.open)
	return "", nil
}

func (c *connection) read() (*http.Response, error) {
	// http.ReadResponse calls any end of the stream unexpected; without a single byte of an answer it is a plain end.
	if _, err := c.reader.Peek(1); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return nil, c.open.cause(err)
	}
	if interim(response.StatusCode) {
		return c.read()
	}
	_, err = io.Copy(io.Discard, response.Body)
	return response, c.open.cause(err)
}

func interim(status int) bool {
	return status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
}

func (c *connection) hangUp() {
	if c.open != nil {
		c.open.Close()
		c.open = nil
	}
}
