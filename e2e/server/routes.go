// Routes: which path is answered by which handler.
package main

import (
	"net/http"
	"strings"
)

const (
	controlPrefix = "/control/"
	filesPrefix   = "/files/"
	configPrefix  = "/config/"
	runFolder     = "/run/config/"
)

func routes(s settings, l *lifecycle, hostname string) http.Handler {
	root := &service{settings: s, lifecycle: l, hostname: hostname, station: newStation(s.slots, s.service, hostname)}
	mux := http.NewServeMux()
	mux.Handle("GET "+s.startedPath, probe(l.started))
	mux.Handle("GET "+s.readyPath, probe(l.ready))
	mux.Handle("GET "+s.livePath, probe(l.live))
	// Only "/" itself: a mistyped probe path has to fail as it would with a real service.
	mux.Handle("GET /{$}", root)
	mux.HandleFunc("GET /requests", root.count)
	mux.Handle("GET /stays", &root.stays)
	mux.HandleFunc("GET "+configPrefix+"{name}", config)
	mux.Handle("GET "+runFolder+"{name}", texts(runFolder))
	mux.HandleFunc("GET /dependencies", dependencies)
	control(mux, l)
	return announceClose(l, hangable(l, withFiles(mux)))
}

// http.ServeMux would redirect the double slash of /files//etc/x, and a probing client follows no redirects.
func withFiles(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, filesPrefix) {
			file(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
