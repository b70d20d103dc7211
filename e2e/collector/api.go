// The API server, as a pod asks it: with the token of its ServiceAccount.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

const account = "/var/run/secrets/kubernetes.io/serviceaccount/"

// A connection whose other end is gone, or a log without news, ends after it.
const silence = 15 * time.Second

type pod struct {
	Metadata struct {
		Namespace string
		Name      string
		UID       string
		Labels    map[string]string
	}
	Spec struct {
		NodeName   string
		Containers []struct{ Name string }
	}
	Status struct {
		ContainerStatuses []struct {
			Name        string
			ContainerID string
		}
	}
}

type api struct {
	address string
	client  *http.Client
}

func insideCluster() (*api, error) {
	authority, err := os.ReadFile(account + "ca.crt")
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, errors.New("the authority of the API server has no certificate in it")
	}
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	// HTTP/1: a request that hangs takes no other one along
	transport := &http.Transport{
		TLSClientConfig:       &tls.Config{RootCAs: pool, NextProtos: []string{"http/1.1"}},
		ResponseHeaderTimeout: silence,
		DialContext:           (&net.Dialer{Timeout: silence}).DialContext,
	}
	return &api{address: "https://" + net.JoinHostPort(host, port), client: &http.Client{Transport: transport}}, nil
}

func (a *api) get(until context.Context, path string, query url.Values) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(until, http.MethodGet, a.address+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	token, err := os.ReadFile(account + "token")
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+string(token))
	response, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(response.Body, 300))
		return nil, fmt.Errorf("%s: %s: %s", path, response.Status, text)
	}
	return response.Body, nil
}

func (a *api) podsOn(until context.Context, node string) ([]pod, error) {
	limited, cancel := context.WithTimeout(until, silence)
	defer cancel()
	body, err := a.get(limited, "/api/v1/pods", url.Values{"fieldSelector": {"spec.nodeName=" + node}})
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var list struct{ Items []pod }
	err = json.NewDecoder(body).Decode(&list)
	return list.Items, err
}

func (a *api) logOf(until context.Context, p pod, container string, since time.Time) (io.ReadCloser, error) {
	query := url.Values{"container": {container}, "follow": {"true"}, "timestamps": {"true"}}
	if !since.IsZero() {
		query.Set("sinceTime", since.Format(time.RFC3339))
	}
	return a.get(until, "/api/v1/namespaces/"+p.Metadata.Namespace+"/pods/"+p.Metadata.Name+"/log", query)
}
