// Stream: a connection's bytes, and how they ended.
package main

import (
	"io"
	"net"
)

// Parsing an answer's lines turns whatever cut a line short into "malformed"; what really happened is kept here.
type stream struct {
	net.Conn
	failure error
}

func (s *stream) Read(into []byte) (int, error) {
	n, err := s.Conn.Read(into)
	if err != nil {
		s.failure = err
	}
	return n, err
}

func (s *stream) cause(err error) error {
	switch {
	case err == nil || s.failure == nil:
		return err
	case s.failure == io.EOF:
		return io.ErrUnexpectedEOF
	}
	return s.failure
}
