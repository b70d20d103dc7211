// Ballast: memory that is taken and kept, until a limit is met.
package main

import (
	"net/http"
	"os"
	"strconv"
	"sync"
)

type ballast struct {
	lock sync.Mutex
	kept [][]byte
}

func (b *ballast) take(w http.ResponseWriter, r *http.Request) {
	count, valid := mebibytes(r)
	if !valid {
		answerText(w, http.StatusBadRequest, "mebibytes is a positive number\n")
		return
	}
	block := make([]byte, count<<20)
	touch(block)
	b.lock.Lock()
	defer b.lock.Unlock()
	b.kept = append(b.kept, block)
	answerText(w, http.StatusOK, "ok\n")
}

// Memory counts against a cgroup's limit only once its pages have been written to.
func touch(block []byte) {
	for at := 0; at < len(block); at += os.Getpagesize() {
		block[at] = 1
	}
}

func mebibytes(r *http.Request) (int, bool) {
	const most = 1 << 20
	count, err := strconv.Atoi(r.URL.Query().Get("mebibytes"))
	return count, err == nil && count > 0 && count <= most
}
