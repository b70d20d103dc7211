// Trust: TLS as the client sees it, the name asked for and the authorities believed.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"os"
)

type trust struct {
	enabled    bool
	serverName string
	authority  string
	roots      *x509.CertPool
}

func (t *trust) prepare(hostName string) error {
	if !t.enabled {
		if t.serverName != "" || t.authority != "" {
			return errors.New("--server-name and --ca need --tls")
		}
		return nil
	}
	if t.serverName == "" {
		t.serverName = hostName
	}
	if t.authority == "" {
		return nil
	}
	pem, err := os.ReadFile(t.authority)
	if err != nil {
		return fmt.Errorf("--ca: %w", err)
	}
	t.roots = x509.NewCertPool()
	if !t.roots.AppendCertsFromPEM(pem) {
		return fmt.Errorf("--ca: no certificate in %s", t.authority)
	}
	return nil
}

// HTTP/1.1 alone is offered, as requests are written in its form.
func (t trust) config(target netip.Addr) *tls.Config {
	if !t.enabled {
		return nil
	}
	name := t.serverName
	if name == "" {
		name = target.String()
	}
	return &tls.Config{ServerName: name, RootCAs: t.roots, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}
}
