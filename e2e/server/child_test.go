// The server as a child process: the test binary starts itself again and plays the real entry.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

const childMark = "EVENKEEL_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childMark) != "" {
		main()
	}
	os.Exit(m.Run())
}

func command(t *testing.T, arguments []string, environment ...string) *exec.Cmd {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &exec.Cmd{Path: executable, Args: arguments, Env: append([]string{childMark + "=1"}, environment...)}
}

type child struct {
	t       *testing.T
	process *exec.Cmd
	address string
	exited  chan int
}

func startServer(t *testing.T, environment ...string) *child {
	t.Helper()
	process := command(t, []string{"server"}, append([]string{"PORT=0"}, environment...)...)
	log, err := process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, process: process, exited: make(chan int, 1)}
	lines := bufio.NewReader(log)
	first, _ := lines.ReadString('\n')
	_, port, found := strings.Cut(strings.TrimSpace(first), "listening on [::]:")
	go func() {
		io.Copy(io.Discard, lines)
		process.Wait()
		c.exited <- process.ProcessState.ExitCode()
	}()
	t.Cleanup(func() { process.Process.Kill() })
	if !found {
		t.Fatalf("the server said %q", first)
	}
	c.address = "127.0.0.1:" + port
	return c
}

func (c *child) signal(s syscall.Signal) {
	c.t.Helper()
	if err := c.process.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

func (c *child) exitCode(within time.Duration) int {
	c.t.Helper()
	select {
	case code := <-c.exited:
		return code
	case <-time.After(within):
		c.t.Fatalf("still runs after %s", within)
		return -1
	}
}

func (c *child) status(method, path string) int {
	c.t.Helper()
	status, _, err := c.ask(method, path, 10*time.Second)
	if err != nil {
		c.t.Fatal(err)
	}
	return status
}

func (c *child) text(path string) string {
	c.t.Helper()
	_, body, err := c.ask(http.MethodGet, path, 10*time.Second)
	if err != nil {
		c.t.Fatal(err)
	}
	return body
}

// A connection a request, so that no pooled connection blurs what one request meets.
func (c *child) ask(method, path string, timeout time.Duration) (int, string, error) {
	client := http.Client{Timeout: timeout, Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequest(method, "http://"+c.address+path, nil)
	if err != nil {
		return 0, "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

func (c *child) expect(method, path string, want int) {
	c.t.Helper()
	if got := c.status(method, path); got != want {
		c.t.Errorf("%s %s: got %d, want %d", method, path, got, want)
	}
}

func (c *child) untilStatus(path string, want int) {
	c.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if c.status(http.MethodGet, path) == want {
			return
		}
	}
	c.t.Fatal(fmt.Sprintf("%s never said %d", path, want))
}
