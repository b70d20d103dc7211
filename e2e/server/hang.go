// Hanging: a deadlock as clients and probes see it.
package main

import (
	"net/http"
	"strings"
)

// The connection is accepted and the request read, but no answer ever comes. Control stays outside the deadlock so that a
// test can still reach the process.
func hangable(l *lifecycle, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.hung.Load() && !strings.HasPrefix(r.URL.Path, controlPrefix) {
			<-r.Context().Done()
			// A client that closed only its sending side would otherwise get an empty 200 now.
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
}
