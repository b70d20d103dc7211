// The process: its faults, its signals and its other roles.
package main

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestSlowStart(t *testing.T) {
	c := startServer(t, "START_SECONDS=2.5")
	c.expect(http.MethodGet, "/", 503)
	c.expect(http.MethodGet, "/healthz/started", 503)
	c.expect(http.MethodGet, "/healthz/ready", 503)
	c.expect(http.MethodGet, "/healthz/live", 200)
	c.untilStatus("/healthz/started", 200)
	c.expect(http.MethodGet, "/", 200)
	c.expect(http.MethodGet, "/healthz/ready", 200)
}

func TestHungAnswersNothingButControl(t *testing.T) {
	c := startServer(t, "START_SECONDS=0")
	c.expect(http.MethodGet, "/healthz/live", 200)
	c.expect(http.MethodPost, "/control/hang", 200)
	for _, path := range []string{"/healthz/live", "/healthz/ready", "/", "/requests", "/files/etc/hostname"} {
		_, _, err := c.ask(http.MethodGet, path, 300*time.Millisecond)
		if err == nil || !os.IsTimeout(err) {
			t.Errorf("%s: got %v, want a timeout", path, err)
		}
	}
	c.expect(http.MethodPost, "/control/unready", 200)
}

func TestCrashAnswersAndEnds(t *testing.T) {
	c := startServer(t, "START_SECONDS=0")
	c.expect(http.MethodPost, "/control/crash", 202)
	if code := c.exitCode(5 * time.Second); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}

func TestTerminatedWhileBootingEndsPromptly(t *testing.T) {
	c := startServer(t, "START_SECONDS=600", "LAME_DUCK_SECONDS=600")
	c.signal(syscall.SIGTERM)
	if code := c.exitCode(5 * time.Second); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestFinishEndsWell(t *testing.T) {
	if code := exitCode(t, command(t, []string{"server", "finish", "0.1"})); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if code := exitCode(t, command(t, []string{"server", "finish", "soon"})); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}

func TestWrongSettingsEndAtOnce(t *testing.T) {
	if code := exitCode(t, command(t, []string{"server"}, "START_SECONDS=soon")); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}

func TestUnknownRoleIsRefused(t *testing.T) {
	if code := exitCode(t, command(t, []string{"server", "snooze"})); code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
}

func TestPauseRoleEndsOnSignals(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		process := command(t, []string{"server", "pause"})
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
		process.Process.Signal(s)
		if err := process.Wait(); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// The shell leaves its children to what it turns into, as a container's dead parents leave theirs to pid 1.
func TestPauseRoleReapsZombies(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	shell := exec.Command("/bin/sh", "-c", `sleep 0 & sleep 0.5 & exec "$0" pause`, self)
	shell.Env = append(os.Environ(), childMark+"=1")
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	defer shell.Wait()
	defer shell.Process.Signal(syscall.SIGTERM)
	time.Sleep(600 * time.Millisecond)
	for deadline := time.Now().Add(5 * time.Second); children(t, shell.Process.Pid) != ""; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not reaped: %s", children(t, shell.Process.Pid))
		}
	}
}

func children(t *testing.T, pid int) string {
	t.Helper()
	text := strconv.Itoa(pid)
	list, err := os.ReadFile("/proc/" + text + "/task/" + text + "/children")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(list))
}

func exitCode(t *testing.T, process *exec.Cmd) int {
	t.Helper()
	err := process.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return process.ProcessState.ExitCode()
}
