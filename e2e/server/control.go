// Control: the faults that a test injects.
package main

import (
	"net/http"
	"os"
)

func control(mux *http.ServeMux, l *lifecycle) {
	mux.HandleFunc("POST "+controlPrefix+"crash", crash)
	mux.HandleFunc("POST "+controlPrefix+"hang", after(func() { l.hung.Store(true) }))
	mux.HandleFunc("POST "+controlPrefix+"unready", after(func() { l.unready.Store(true) }))
	mux.HandleFunc("POST "+controlPrefix+"ready", after(func() { l.unready.Store(false) }))
	mux.HandleFunc("POST "+controlPrefix+"memory", new(ballast).take)
}

func after(change func()) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		change()
		answerText(w, http.StatusOK, "ok\n")
	}
}

// Answers first, so that the test can distinguish an accepted crash from a lost command.
func crash(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusAccepted)
	http.NewResponseController(w).Flush()
	os.Exit(1)
}
