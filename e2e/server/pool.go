// Pool: connections to a database, all opened at boot and kept to the end, as a pool at its largest does.
package main

import (
	"context"
	"fmt"
	"net/url"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

type pool struct {
	config   *pgx.ConnConfig
	size     int64
	open     atomic.Int64
	complete func()
}

func newPool(size int, l *lifecycle) (*pool, error) {
	at, err := accountAt("DATABASE")
	if err != nil {
		return nil, err
	}
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(at.username, at.password), Host: at.host + ":" + at.port,
		Path: "/" + at.username, RawQuery: "sslmode=disable",
	}
	config, err := pgx.ParseConfig(address.String())
	if err != nil {
		return nil, err
	}
	return &pool{config: config, size: int64(size), complete: l.await()}, nil
}

// Holds one of the connections until it is lost.
func (p *pool) hold(context context.Context) error {
	connection, err := pgx.ConnectConfig(context, p.config)
	if err != nil {
		return fmt.Errorf("a connection of the pool: %w", err)
	}
	defer connection.Close(context)
	if p.open.Add(1) == p.size {
		p.complete()
	}
	defer p.open.Add(-1)
	// No notification comes: this ends when the database does.
	_, err = connection.WaitForNotification(context)
	return err
}
