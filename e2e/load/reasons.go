// Reasons: why a request was lost, in a short text that stays the same from run to run.
package main

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
)

const (
	stageDial  = "dial"
	stageTLS   = "tls"
	stageWrite = "write"
	stageRead  = "read"
)

var causes = []struct {
	err  error
	text string
}{
	{syscall.ECONNREFUSED, "connection refused"},
	{syscall.ECONNRESET, "reset"},
	{syscall.EPIPE, "broken pipe"},
	{syscall.EHOSTUNREACH, "unreachable"},
	{syscall.ENETUNREACH, "unreachable"},
	{syscall.EADDRNOTAVAIL, "no free local port"},
	{syscall.EADDRINUSE, "no free local port"},
	{syscall.EMFILE, "too many open files"},
	{io.EOF, "eof"},
	{io.ErrUnexpectedEOF, "truncated"},
}

func reason(stage string, err error) string {
	if timedOut(err) {
		return timeoutOf(stage)
	}
	for _, cause := range causes {
		if errors.Is(err, cause.err) {
			return stage + ": " + cause.text
		}
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return stage + ": certificate not trusted"
	}
	return stage + ": other"
}

func timedOut(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

// Once connected, it makes no difference to the client on which half of the exchange its patience ends.
func timeoutOf(stage string) string {
	if stage == stageDial || stage == stageTLS {
		return stage + ": timeout"
	}
	return "timeout"
}
