// Outside: address and credentials of a service outside of the cluster, from the variables of a connection.
package main

import (
	"fmt"
	"os"
	"strings"
)

type account struct {
	host     string
	port     string
	username string
	password string
}

// What a manifest gives a client of the service: <NAME>_HOST, <NAME>_PORT, and files that hold user and password.
func accountAt(name string) (account, error) {
	read := account{host: os.Getenv(name + "_HOST"), port: os.Getenv(name + "_PORT")}
	if read.host == "" || read.port == "" {
		return account{}, fmt.Errorf("%s_HOST and %s_PORT do not say where it is", name, name)
	}
	secrets := map[string]*string{"_USERNAME_FILE": &read.username, "_PASSWORD_FILE": &read.password}
	for suffix, into := range secrets {
		content, err := os.ReadFile(os.Getenv(name + suffix))
		if err != nil {
			return account{}, fmt.Errorf("%s: %w", name+suffix, err)
		}
		*into = strings.TrimSuffix(string(content), "\n")
	}
	return read, nil
}
