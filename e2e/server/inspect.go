// Inspection: what configuration and which files have reached the container.
package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func config(w http.ResponseWriter, r *http.Request) {
	value, set := os.LookupEnv(r.PathValue("name"))
	if !set {
		answerText(w, http.StatusNotFound, "unset\n")
		return
	}
	answerText(w, http.StatusOK, value)
}

func file(w http.ResponseWriter, r *http.Request) {
	path := "/" + strings.TrimLeft(strings.TrimPrefix(r.URL.Path, filesPrefix), "/")
	size, err := readableBytes(path)
	if err != nil {
		answerText(w, http.StatusNotFound, "not readable\n")
		return
	}
	answerText(w, http.StatusOK, strconv.FormatInt(size, 10))
}

// Files of a folder whose content is not a secret, as they are now: one may be replaced while this process runs.
func texts(folder string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, err := os.ReadFile(filepath.Join(folder, filepath.Base(r.PathValue("name"))))
		if err != nil {
			answerText(w, http.StatusNotFound, "not readable\n")
			return
		}
		answerText(w, http.StatusOK, string(content))
	})
}

// Read to the end rather than only looked up: a mounted Secret has to be readable for this user, not just there.
func readableBytes(path string) (int64, error) {
	found, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	if !found.Mode().IsRegular() {
		return 0, os.ErrInvalid
	}
	opened, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer opened.Close()
	return io.Copy(io.Discard, opened)
}
