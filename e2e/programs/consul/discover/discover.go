// Package discover replaces the clouds that go-discover knows: servers of the proofs are joined by their addresses, and the libraries of the clouds are a quarter of what Consul is made of.
package discover

import (
	"errors"
	"log"
)

// Provider finds addresses of servers.
type Provider interface {
	Addrs(args map[string]string, l *log.Logger) ([]string, error)
	Help() string
}

// Providers knows no cloud.
var Providers map[string]Provider

// Discover finds no servers.
type Discover struct{}

// Option changes nothing.
type Option func(*Discover) error

// New gives one, whatever the options are.
func New(...Option) (*Discover, error) { return &Discover{}, nil }

// WithUserAgent is an option.
func WithUserAgent(string) Option { return nil }

// WithProviders is an option.
func WithProviders(map[string]Provider) Option { return nil }

// Addrs refuses every way to find servers.
func (*Discover) Addrs(configuration string, _ *log.Logger) ([]string, error) {
	return nil, errors.New("this build finds no servers by " + configuration)
}

// Names are of no provider.
func (*Discover) Names() []string { return nil }
