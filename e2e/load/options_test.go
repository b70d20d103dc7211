// What is refused: nothing may be sent outside of the networks that were named.
package main

import (
	"bytes"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func TestTargetsOutsideAreRefusedBeforeAnythingIsSent(t *testing.T) {
	var seen atomic.Int64
	inside := serve(t, func(http.ResponseWriter, *http.Request) { seen.Add(1) })
	_, port, _ := strings.Cut(inside, ":")
	cases := map[string][]string{
		"no network":        {"--target", inside},
		"other network":     {"--within", "10.0.0.0/8", "--target", inside},
		"second is outside": {"--within", "127.0.0.0/8", "--target", inside, "--target", "192.0.2.1:80"},
		"host name":         {"--within", "127.0.0.0/8", "--target", "localhost:" + port},
		"no port":           {"--within", "127.0.0.0/8", "--target", "127.0.0.1"},
		"no target":         {"--within", "127.0.0.0/8"},
		"no CIDR":           {"--within", "127.0.0.1", "--target", inside},
		"mapped address":    {"--within", "10.0.0.0/8", "--target", "[::ffff:127.0.0.1]:" + port},
	}
	for name, arguments := range cases {
		t.Run(name, func(t *testing.T) {
			expectRefusal(t, append(arguments, "--duration", "5s", "--requests", "1"))
		})
	}
	if seen.Load() != 0 {
		t.Errorf("%d requests were sent", seen.Load())
	}
}

func TestSecondNetworkAllows(t *testing.T) {
	v := load(t, serve(t, ok), "--within", "10.0.0.0/8", "--requests", "1")
	expect(t, v, 1, 0)
}

func TestWrongOptionsAreRefused(t *testing.T) {
	aimed := []string{"--within", "127.0.0.0/8", "--target", "127.0.0.1:9"}
	cases := map[string][]string{
		"no duration":        {},
		"too long":           {"--duration", "31m"},
		"negative rate":      {"--duration", "1s", "--rate", "-1"},
		"no rate":            {"--duration", "1s", "--rate", "NaN"},
		"endless rate":       {"--duration", "1s", "--rate", "1e-12"},
		"no connections":     {"--duration", "1s", "--connections", "0"},
		"no timeout":         {"--duration", "1s", "--timeout", "0s"},
		"negative bound":     {"--duration", "1s", "--requests", "-1"},
		"relative path":      {"--duration", "1s", "--path", "cart"},
		"smuggled header":    {"--duration", "1s", "--path", "/ HTTP/1.1\r\nX: y"},
		"smuggled host":      {"--duration", "1s", "--host", "a\r\nX: y"},
		"authority, no TLS":  {"--duration", "1s", "--ca", "/dev/null"},
		"empty authority":    {"--duration", "1s", "--tls", "--ca", "/dev/null"},
		"missing authority":  {"--duration", "1s", "--tls", "--ca", "/nowhere"},
		"one local port":     {"--duration", "1s", "--local-ports", "20000"},
		"ports backwards":    {"--duration", "1s", "--local-ports", "20001-20000"},
		"reserved ports":     {"--duration", "1s", "--local-ports", "80-90"},
		"ports beyond 65535": {"--duration", "1s", "--local-ports", "20000-70000"},
		"unknown option":     {"--duration", "1s", "--retries", "3"},
		"stray argument":     {"--duration", "1s", "stray"},
		"unreadable numbers": {"--duration", "soon"},
	}
	for name, arguments := range cases {
		t.Run(name, func(t *testing.T) { expectRefusal(t, append(aimed, arguments...)) })
	}
}

func expectRefusal(t *testing.T, arguments []string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(arguments, strings.NewReader(""), &stdout, &stderr)
	if code != exitRefused || stdout.Len() > 0 || stderr.Len() == 0 {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout.String(), stderr.String())
	}
}
