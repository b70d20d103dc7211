// Probes: startup, readiness and liveness as the kubelet asks for them.
package main

import "net/http"

func probe(passes func() bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if passes() {
			answerText(w, http.StatusOK, "ok\n")
			return
		}
		answerText(w, http.StatusServiceUnavailable, "no\n")
	})
}
