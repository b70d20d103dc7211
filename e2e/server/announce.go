// Announcing the close: from SIGTERM on, every response asks its client to close the connection.
package main

import "net/http"

// The client that hears "Connection: close" sends its next request elsewhere. Closing an idle connection unannounced
// instead, as http.Server.SetKeepAlivesEnabled(false) does, hits the request that is just on its way.
func announceClose(l *lifecycle, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&announcer{ResponseWriter: w, lifecycle: l}, r)
	})
}

type announcer struct {
	http.ResponseWriter
	lifecycle *lifecycle
}

// Decided as the header goes out, not as the request came in: a slow request may have come before SIGTERM.
func (a *announcer) WriteHeader(status int) {
	if a.lifecycle.leaving.Load() {
		a.Header().Set("Connection", "close")
	}
	a.ResponseWriter.WriteHeader(status)
}

// http.ResponseController finds the Flusher through it.
func (a *announcer) Unwrap() http.ResponseWriter {
	return a.ResponseWriter
}
