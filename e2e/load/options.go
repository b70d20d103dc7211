// Options: the command line, and what of it is refused.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"
)

const (
	longestDuration = 30 * time.Minute
	mostConnections = 10_000
	slowestRate     = 0.001
	fastestRate     = 1_000_000.0
)

type options struct {
	targets        []netip.AddrPort
	host           string
	path           string
	trust          trust
	connections    int
	rate           float64
	newConnections bool
	localPorts     *ports
	duration       time.Duration
	requests       int64
	timeout        time.Duration
	countHeaders   []string
	untilEOF       bool
}

type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

func parse(arguments []string, stderr io.Writer) (options, error) {
	var o options
	var targets, within, countHeaders list
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Var(&targets, "target", "`ip:port` to send to; repeatable, workers take them in turn")
	flags.Var(&within, "within", "`CIDR` that every target must be in; repeatable, mandatory")
	flags.StringVar(&o.host, "host", "", "Host header (default: the target)")
	flags.StringVar(&o.path, "path", "/", "path and query of every request")
	flags.BoolVar(&o.trust.enabled, "tls", false, "speak TLS")
	flags.StringVar(&o.trust.serverName, "server-name", "", "name to ask for and to verify (default: the Host header's)")
	flags.StringVar(&o.trust.authority, "ca", "", "`file` of PEM certificates to trust (default: the system's)")
	flags.IntVar(&o.connections, "connections", 20, "workers, each with one connection")
	flags.Float64Var(&o.rate, "rate", 0, "requests a second over all workers; 0: as fast as answers come")
	flags.BoolVar(&o.newConnections, "new-connections", false, "one connection a request")
	flags.Func("local-ports", "`FIRST-LAST`: take local ports in order from these (default: the kernel chooses)", func(text string) (err error) {
		o.localPorts, err = parsePorts(text)
		return err
	})
	flags.DurationVar(&o.duration, "duration", 0, "time after which no request starts; mandatory, at most 30m")
	flags.Int64Var(&o.requests, "requests", 0, "most requests to send; 0: no bound")
	flags.DurationVar(&o.timeout, "timeout", 5*time.Second, "time that a request may take, dialling included")
	flags.Var(&countHeaders, "count-header", "count responses by the value of this header `name`; repeatable")
	flags.BoolVar(&o.untilEOF, "until-eof", false, "end too when standard input is closed")
	if err := flags.Parse(arguments); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	o.countHeaders = countHeaders
	var err error
	if o.targets, err = aim(targets, within); err != nil {
		return options{}, err
	}
	if err := o.trust.prepare(o.hostName()); err != nil {
		return options{}, err
	}
	return o, o.check()
}

func (o options) check() error {
	switch {
	case o.duration <= 0 || o.duration > longestDuration:
		return fmt.Errorf("--duration is mandatory and at most %s", longestDuration)
	case o.timeout <= 0:
		return errors.New("--timeout is more than nothing")
	case o.connections < 1 || o.connections > mostConnections:
		return fmt.Errorf("--connections is from 1 to %d", mostConnections)
	case o.rate != 0 && !(o.rate >= slowestRate && o.rate <= fastestRate):
		return fmt.Errorf("--rate is 0 or from %g to %g", slowestRate, fastestRate)
	case o.requests < 0:
		return errors.New("--requests is a number from 0")
	case !strings.HasPrefix(o.path, "/") || breaksRequest(o.path):
		return errors.New("--path starts with / and has no spaces")
	case breaksRequest(o.host):
		return errors.New("--host has no spaces")
	}
	return nil
}

// The request is written as bytes, so a space or a line break would change its meaning.
func breaksRequest(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

func (o options) hostName() string {
	if name, _, err := net.SplitHostPort(o.host); err == nil {
		return name
	}
	return o.host
}
