// The collector's stand-in: what it takes of a configuration, of a log, and what it pushes until it is taken.
package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

const example = `discovery.kubernetes "pods" {
  role = "pod"
  selectors {
    role  = "pod"
    field = "spec.nodeName=" + sys.env("NODE_NAME")
  }
}

discovery.relabel "logs" {
  targets = discovery.kubernetes.pods.targets
  rule {
    source_labels = ["__meta_kubernetes_namespace"]
    target_label  = "namespace"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_label_app_kubernetes_io_name"]
    target_label  = "app"
  }
}

loki.write "loki" {
  endpoint {
    url = "http://loki:3100/loki/api/v1/push"
  }
  external_labels = { cluster = "mumbai" }
}
`

func TestConfigGivesLabelsAndAddress(t *testing.T) {
	c, err := readConfig(example)
	if err != nil || c.url != "http://loki:3100/loki/api/v1/push" {
		t.Fatalf("got %q, %v", c.url, err)
	}
	var p pod
	p.Metadata.Namespace = "shop"
	p.Metadata.Labels = map[string]string{"app.kubernetes.io/name": "web"}
	labels, err := c.labelsOf(p, "web")
	if err != nil || len(labels) != 3 || labels["namespace"] != "shop" || labels["app"] != "web" || labels["cluster"] != "mumbai" {
		t.Errorf("got %v, %v", labels, err)
	}
}

func TestConfigOfAnotherShapeIsRefused(t *testing.T) {
	for _, missing := range []string{`url = "http`, "source_labels", "sys.env"} {
		if _, err := readConfig(strings.ReplaceAll(example, missing, "x")); err == nil {
			t.Errorf("without %s: no error", missing)
		}
	}
}

func TestAMetadataThatIsUnknownIsAnError(t *testing.T) {
	c, err := readConfig(strings.Replace(example, "__meta_kubernetes_namespace", "__meta_kubernetes_pod_ip", 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.labelsOf(pod{}, "web"); err == nil {
		t.Error("no error")
	}
}

func TestALineHasItsTime(t *testing.T) {
	at, line, ok := parseLine("2026-11-29T10:00:00.000000001Z line 7\n")
	if !ok || line != "line 7" || at.Nanosecond() != 1 {
		t.Errorf("got %s, %q, %t", at, line, ok)
	}
	if _, _, ok := parseLine("no time at all\n"); ok {
		t.Error("a line without a time was taken")
	}
}

func TestALogThatIsReadAgainGivesEachLineOnce(t *testing.T) {
	p := newPusher(config{})
	f := newFollowing(config{}, nil, "", p)
	const log = "2026-11-29T10:00:01Z one\n2026-11-29T10:00:02Z two\n"
	last := f.read(context.Background(), strings.NewReader(log), func() {}, nil, time.Time{})
	f.read(context.Background(), strings.NewReader(log+"2026-11-29T10:00:03Z three\n"), func() {}, nil, last)
	var lines []string
	for _, e := range p.take() {
		lines = append(lines, e.line)
	}
	if !slices.Equal(lines, []string{"one", "two", "three"}) {
		t.Errorf("got %v", lines)
	}
}

func TestABatchIsPushedUntilItIsTaken(t *testing.T) {
	asked := 0
	var streams struct {
		Streams []struct {
			Stream map[string]string
			Values [][2]string
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if asked == 1 {
			http.Error(w, "at least 2 live replicas required", http.StatusInternalServerError)
			return
		}
		if err := json.NewDecoder(r.Body).Decode(&streams); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	p := newPusher(config{url: server.URL})
	web, database := map[string]string{"app": "web"}, map[string]string{"app": "database"}
	p.push(context.Background(), []entry{{web, time.Unix(1, 0), "a"}, {database, time.Unix(2, 0), "b"}, {web, time.Unix(3, 0), "c"}})
	if p.books.Taken != 3 || p.books.Refused["500"] != 1 || !strings.Contains(p.books.Reason, "2 live replicas") {
		t.Errorf("got %+v", p.books)
	}
	if len(streams.Streams) != 2 || len(streams.Streams[0].Values) != 2 || streams.Streams[0].Values[1] != [2]string{"3000000000", "c"} {
		t.Errorf("got %+v", streams)
	}
}
