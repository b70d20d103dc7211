// What the routes answer, and when.
package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func defaults() settings {
	return settings{
		startedPath: "/healthz/started", readyPath: "/healthz/ready", livePath: "/healthz/live",
		component: "api", version: "41",
	}
}

func get(t *testing.T, handler http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	return request(t, handler, http.MethodGet, path)
}

func request(t *testing.T, handler http.Handler, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, path, nil))
	return recorder
}

func expectStatuses(t *testing.T, handler http.Handler, want map[string]int) {
	t.Helper()
	for path, status := range want {
		if got := get(t, handler, path).Code; got != status {
			t.Errorf("%s: got %d, want %d", path, got, status)
		}
	}
}

func TestBootingAnswersOnlyLiveness(t *testing.T) {
	l := newLifecycle(time.Hour, false)
	handler := routes(defaults(), l, "pod")
	expectStatuses(t, handler, map[string]int{
		"/": 503, "/healthz/started": 503, "/healthz/ready": 503, "/healthz/live": 200,
	})
	l.startedAt = time.Now()
	expectStatuses(t, handler, map[string]int{
		"/": 200, "/healthz/started": 200, "/healthz/ready": 200, "/healthz/live": 200,
	})
}

func TestNeverReadyIsStartedAndServesAllTheSame(t *testing.T) {
	handler := routes(defaults(), newLifecycle(0, true), "pod")
	expectStatuses(t, handler, map[string]int{
		"/": 200, "/healthz/started": 200, "/healthz/ready": 503, "/healthz/live": 200,
	})
}

func TestUnreadyAndReadyAgain(t *testing.T) {
	handler := routes(defaults(), newLifecycle(0, false), "pod")
	request(t, handler, http.MethodPost, "/control/unready")
	expectStatuses(t, handler, map[string]int{"/": 200, "/healthz/ready": 503, "/healthz/live": 200})
	request(t, handler, http.MethodPost, "/control/ready")
	expectStatuses(t, handler, map[string]int{"/healthz/ready": 200})
}

func TestProbePathsAreTheConfiguredOnes(t *testing.T) {
	s := defaults()
	s.readyPath = "/am-i-ready"
	handler := routes(s, newLifecycle(0, false), "pod")
	expectStatuses(t, handler, map[string]int{"/am-i-ready": 200, "/healthz/ready": 404})
}

func TestRootNamesItself(t *testing.T) {
	answer := get(t, routes(defaults(), newLifecycle(0, false), "pod-7"), "/")
	var body identity
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	if want := (identity{"api", "41", "pod-7"}); body != want {
		t.Errorf("got %+v, want %+v", body, want)
	}
	for name, want := range map[string]string{"X-Component": "api", "X-Version": "41", "X-Pod": "pod-7"} {
		if got := answer.Header().Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestRequestsCountsAnswersOnRootAlone(t *testing.T) {
	l := newLifecycle(time.Hour, false)
	handler := routes(defaults(), l, "pod")
	get(t, handler, "/")
	l.startedAt = time.Now()
	get(t, handler, "/")
	get(t, handler, "/?sleep=1")
	get(t, handler, "/?sleep=soon")
	get(t, handler, "/healthz/ready")
	if got := get(t, handler, "/requests").Body.String(); got != "2" {
		t.Errorf("got %q, want 2", got)
	}
}

func TestSleepAndWorkTakeTheirTime(t *testing.T) {
	handler := routes(defaults(), newLifecycle(0, false), "pod")
	for _, path := range []string{"/?sleep=60", "/?work=60"} {
		start := time.Now()
		get(t, handler, path)
		if took := time.Since(start); took < 60*time.Millisecond {
			t.Errorf("%s took %s", path, took)
		}
	}
	expectStatuses(t, handler, map[string]int{"/?sleep=-1": 400, "/?work=NaN": 400})
}

func TestConfigTellsSetFromUnset(t *testing.T) {
	t.Setenv("MODE", "fast lane")
	t.Setenv("EMPTY", "")
	handler := routes(defaults(), newLifecycle(0, false), "pod")
	if got := get(t, handler, "/config/MODE").Body.String(); got != "fast lane" {
		t.Errorf("got %q", got)
	}
	expectStatuses(t, handler, map[string]int{"/config/EMPTY": 200, "/config/UNSET_HERE": 404})
}

func TestTextsAreReadAgainAndOnlyInTheirFolder(t *testing.T) {
	directory := t.TempDir()
	write := func(path, content string) {
		if err := os.WriteFile(path, []byte(content), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	inside := filepath.Join(directory, "inside")
	if err := os.Mkdir(inside, 0o700); err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(directory, "password"), "correct horse")
	write(filepath.Join(inside, "level"), "7")
	mux := http.NewServeMux()
	mux.Handle("GET /run/config/{name}", texts(inside))
	if got := get(t, mux, "/run/config/level").Body.String(); got != "7" {
		t.Errorf("got %q", got)
	}
	os.Remove(filepath.Join(inside, "level"))
	write(filepath.Join(inside, "level"), "8")
	if got := get(t, mux, "/run/config/level").Body.String(); got != "8" {
		t.Errorf("got %q", got)
	}
	expectStatuses(t, mux, map[string]int{"/run/config/none": 404, "/run/config/..%2fpassword": 404})
}

func TestFilesSayTheSizeAndNeverTheContent(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "password")
	if err := os.WriteFile(path, []byte("correct horse"), 0o400); err != nil {
		t.Fatal(err)
	}
	handler := routes(defaults(), newLifecycle(0, false), "pod")
	for _, form := range []string{"/files" + path, "/files/" + path} {
		if got := get(t, handler, form).Body.String(); got != "13" {
			t.Errorf("%s: got %q, want 13", form, got)
		}
	}
	expectStatuses(t, handler, map[string]int{"/files" + path + "-not": 404, "/files" + directory: 404, "/files/": 404})
}

func TestDeclaredDependenciesNeedHostAndPort(t *testing.T) {
	got := declared([]string{
		"DATABASE_HOST=db", "DATABASE_PORT=5432", "CACHE_HOST=cache", "OTHER_PORT=1",
		"KUBERNETES_SERVICE_HOST=10.96.0.1", "KUBERNETES_SERVICE_PORT=443",
	})
	if len(got) != 1 || got["DATABASE"] != "db:5432" {
		t.Errorf("got %v", got)
	}
}

func TestDependenciesAreDialled(t *testing.T) {
	open := listen(t)
	t.Setenv("OPEN_HOST", "127.0.0.1")
	t.Setenv("OPEN_PORT", port(open))
	handler := routes(defaults(), newLifecycle(0, false), "pod")
	if answer := get(t, handler, "/dependencies"); answer.Code != 200 || !strings.Contains(answer.Body.String(), `"OPEN":"ok"`) {
		t.Errorf("got %d %s", answer.Code, answer.Body)
	}
	closed := listen(t)
	closed.Close()
	t.Setenv("CLOSED_HOST", "127.0.0.1")
	t.Setenv("CLOSED_PORT", port(closed))
	answer := get(t, handler, "/dependencies")
	body := answer.Body.String()
	if answer.Code != 502 || !strings.Contains(body, "refused") || !strings.Contains(body, `"OPEN":"ok"`) {
		t.Errorf("got %d %s", answer.Code, body)
	}
}

func TestMemoryIsTakenAndKept(t *testing.T) {
	taken := new(ballast)
	handler := http.HandlerFunc(taken.take)
	if got := request(t, handler, http.MethodPost, "/control/memory?mebibytes=3").Code; got != 200 {
		t.Fatalf("got %d", got)
	}
	if len(taken.kept) != 1 || len(taken.kept[0]) != 3<<20 || taken.kept[0][os.Getpagesize()] != 1 {
		t.Error("the block is not kept or not touched")
	}
	for _, amount := range []string{"", "0", "-1", "many", "99999999999"} {
		if got := request(t, handler, http.MethodPost, "/control/memory?mebibytes="+amount).Code; got != 400 {
			t.Errorf("%q: got %d, want 400", amount, got)
		}
	}
}

func TestControlIsPostOnly(t *testing.T) {
	handler := routes(defaults(), newLifecycle(0, false), "pod")
	expectStatuses(t, handler, map[string]int{"/control/unready": 405, "/control/crash": 405, "/healthz/ready": 200})
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func port(listener net.Listener) string {
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}
