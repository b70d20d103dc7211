// Aiming: targets are addresses inside the networks that were named, or nothing is sent at all.
package main

import (
	"errors"
	"fmt"
	"net/netip"
)

// No host names: what a name resolves to may change between the check and the dial.
func aim(targets, within []string) ([]netip.AddrPort, error) {
	if len(targets) == 0 {
		return nil, errors.New("--target is mandatory")
	}
	networks, err := parseNetworks(within)
	if err != nil {
		return nil, err
	}
	addresses := make([]netip.AddrPort, 0, len(targets))
	for _, text := range targets {
		address, err := netip.ParseAddrPort(text)
		if err != nil {
			return nil, fmt.Errorf("--target %q: expected ip:port", text)
		}
		if !inside(networks, address.Addr()) {
			return nil, fmt.Errorf("--target %s is outside of every --within", address)
		}
		addresses = append(addresses, address)
	}
	return addresses, nil
}

func parseNetworks(within []string) ([]netip.Prefix, error) {
	if len(within) == 0 {
		return nil, errors.New("--within is mandatory")
	}
	networks := make([]netip.Prefix, 0, len(within))
	for _, text := range within {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("--within %q: expected a CIDR", text)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// Unmapped, as ::ffff:10.0.0.1 reaches the same host as 10.0.0.1.
func inside(networks []netip.Prefix, address netip.Addr) bool {
	for _, network := range networks {
		if network.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}
