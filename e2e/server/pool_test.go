// The pool: not ready before it is full, kept to the end, refused by a database that has no room.
package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// A database that speaks as much of the protocol as it takes to be connected to, and lets in at most `room`.
type database struct {
	listener net.Listener
	room     atomic.Int64
	used     atomic.Int64
	refused  atomic.Int64
}

func startDatabase(t *testing.T, room int64) *database {
	t.Helper()
	d := &database{listener: listen(t)}
	d.room.Store(room)
	go func() {
		for {
			connection, err := d.listener.Accept()
			if err != nil {
				return
			}
			go d.serve(connection)
		}
	}()
	return d
}

func (d *database) serve(connection net.Conn) {
	defer connection.Close()
	backend := pgproto3.NewBackend(connection, connection)
	if _, err := backend.ReceiveStartupMessage(); err != nil {
		return
	}
	defer d.used.Add(-1)
	if d.used.Add(1) > d.room.Load() {
		d.refused.Add(1)
		backend.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "53300", Message: "sorry, too many clients already"})
		backend.Flush()
		return
	}
	backend.Send(&pgproto3.AuthenticationOk{})
	backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	backend.Flush()
	for {
		if _, err := backend.Receive(); err != nil {
			return
		}
	}
}

// What a manifest gives a client of the service at this port.
func tellAccount(t *testing.T, name, port string) []string {
	t.Helper()
	folder := t.TempDir()
	for _, file := range []string{"username", "password"} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte("e2e\n"), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	return []string{
		name + "_HOST=127.0.0.1", name + "_PORT=" + port,
		name + "_USERNAME_FILE=" + filepath.Join(folder, "username"),
		name + "_PASSWORD_FILE=" + filepath.Join(folder, "password"),
	}
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 10 s", what)
		}
	}
}

func TestNotReadyBeforeThePoolIsFull(t *testing.T) {
	d := startDatabase(t, 2)
	c := startServer(t, append(tellAccount(t, "DATABASE", port(d.listener)), "START_SECONDS=0", "POOL_SIZE=3")...)
	until(t, "a refused connection", func() bool { return d.refused.Load() > 0 })
	c.expect("GET", "/healthz/started", 200)
	c.expect("GET", "/healthz/ready", 503)
	d.room.Store(3)
	c.untilStatus("/healthz/ready", 200)
	until(t, "three connections", func() bool { return d.used.Load() == 3 })
}

func TestThePoolIsKeptUntilTheEnd(t *testing.T) {
	d := startDatabase(t, 5)
	c := startServer(t, append(tellAccount(t, "DATABASE", port(d.listener)), "START_SECONDS=0", "LAME_DUCK_SECONDS=1", "POOL_SIZE=5")...)
	c.untilStatus("/healthz/ready", 200)
	c.signal(15)
	c.untilStatus("/healthz/ready", 503)
	if got := d.used.Load(); got != 5 {
		t.Errorf("%d connections while it leaves, want 5", got)
	}
	if code := c.exitCode(5 * time.Second); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	until(t, "the end of all connections", func() bool { return d.used.Load() == 0 })
}

func TestClientsEndBeforeTheProcessDoes(t *testing.T) {
	d := startDatabase(t, 5)
	for _, variable := range tellAccount(t, "DATABASE", port(d.listener)) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	l := newLifecycle(0, false)
	end, err := startClients(settings{poolSize: 5}, l)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "a full pool", l.ready)
	end()
	until(t, "the end of all connections", func() bool { return d.used.Load() == 0 })
}

func TestAPoolOfAnUnknownDatabaseEndsAtOnce(t *testing.T) {
	if code := exitCode(t, command(t, []string{"server"}, "PORT=0", "POOL_SIZE=3")); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}
