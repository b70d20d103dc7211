// The stand-in of the collector of logs: started as Alloy is, by its command line and its configuration, on every node.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	limited, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	if err := run(limited, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run FILE --server.http.listen-addr=ADDRESS; what else Alloy's command line may say has no part in this one.
func run(until context.Context, arguments []string) error {
	if len(arguments) < 2 || arguments[0] != "run" {
		return fmt.Errorf("expected run FILE, got %q", strings.Join(arguments, " "))
	}
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	address := flags.String("server.http.listen-addr", "127.0.0.1:12345", "where it answers")
	flags.String("storage.path", "", "not used")
	flags.Bool("disable-reporting", false, "not used")
	if err := flags.Parse(arguments[2:]); err != nil {
		return err
	}
	text, err := os.ReadFile(arguments[1])
	if err != nil {
		return err
	}
	c, err := readConfig(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", arguments[1], err)
	}
	cluster, err := insideCluster()
	if err != nil {
		return err
	}
	p := newPusher(c)
	go func() { fmt.Fprintln(os.Stderr, http.ListenAndServe(*address, routes(p))) }()
	go p.run(until)
	newFollowing(c, cluster, os.Getenv("NODE_NAME"), p).run(until)
	return nil
}

func routes(p *pusher) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/ready", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ready") })
	mux.HandleFunc("GET /books", p.show)
	return mux
}
