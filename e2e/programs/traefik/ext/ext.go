// Package ext stands in for the extension points that the proxy's zip of Traefik leaves out.
package ext

type HTTP struct{}

type Router struct{}
