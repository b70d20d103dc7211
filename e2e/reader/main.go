// Readers: two of Kubernetes' tools (a YAML stream on stdin, one line of JSON for each document on stdout), and that of Alloy's configurations.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
	kubernetes "k8s.io/apimachinery/pkg/util/yaml"
)

func main() {
	decoder := decoderOf(os.Args[1:])
	lines := bufio.NewWriter(os.Stdout)
	defer lines.Flush()
	for {
		document, err := decoder()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			document, _ = json.Marshal(map[string]string{"error": err.Error()})
		}
		fmt.Fprintf(lines, "%s\n", document)
		if err != nil {
			return
		}
	}
}

func decoderOf(arguments []string) func() (json.RawMessage, error) {
	if len(arguments) == 0 {
		return kubectl(os.Stdin)
	}
	switch arguments[0] {
	case "kustomize":
		return kustomize(os.Stdin)
	case "alloy":
		return alloy(os.Stdin)
	}
	panic("unknown reader " + arguments[0])
}

// kubectl, Argo CD and Flux split the stream at lines that begin with ---, and read each part with sigs.k8s.io/yaml.
func kubectl(stream io.Reader) func() (json.RawMessage, error) {
	const ahead = 4096 // in which the decoder looks for JSON
	decoder := kubernetes.NewYAMLOrJSONDecoder(stream, ahead)
	return func() (document json.RawMessage, err error) {
		err = decoder.Decode(&document)
		return document, err
	}
}

// kustomize has the next version of the library, which follows YAML 1.2 where 1.1 differs from it.
func kustomize(stream io.Reader) func() (json.RawMessage, error) {
	decoder := yaml.NewDecoder(stream)
	return func() (json.RawMessage, error) {
		var document any
		if err := decoder.Decode(&document); err != nil {
			return nil, err
		}
		return json.Marshal(document)
	}
}
