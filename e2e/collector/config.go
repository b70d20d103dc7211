// Configuration: what this one takes of Alloy's file. A file of another shape is refused.
package main

import (
	"errors"
	"regexp"
)

type config struct {
	// Where lines are pushed to.
	url string
	// Label by the pod's metadata, in Prometheus' words, that it comes from.
	labels map[string]string
	// Labels of every line.
	external map[string]string
}

var (
	pushURL      = regexp.MustCompile(`(?s)loki\.write "\w+" \{.*?url = "([^"]+)"`)
	relabelRule  = regexp.MustCompile(`(?s)rule \{\s*source_labels = \["(\w+)"\]\s*target_label\s+= "(\w+)"\s*\}`)
	externalList = regexp.MustCompile(`external_labels = \{([^}]*)\}`)
	pair         = regexp.MustCompile(`(\w+) = "([^"]*)"`)
	ownNode      = regexp.MustCompile(`field = "spec\.nodeName=" \+ sys\.env\("NODE_NAME"\)`)
)

func readConfig(text string) (config, error) {
	c := config{labels: map[string]string{}, external: map[string]string{}}
	url := pushURL.FindStringSubmatch(text)
	if url == nil {
		return c, errors.New("it names no url to push to")
	}
	c.url = url[1]
	for _, rule := range relabelRule.FindAllStringSubmatch(text, -1) {
		c.labels[rule[2]] = rule[1]
	}
	if len(c.labels) == 0 {
		return c, errors.New("it has no rule that makes a label")
	}
	if !ownNode.MatchString(text) {
		return c, errors.New("it does not ask for the pods of its own node alone")
	}
	if list := externalList.FindStringSubmatch(text); list != nil {
		for _, label := range pair.FindAllStringSubmatch(list[1], -1) {
			c.external[label[1]] = label[2]
		}
	}
	return c, nil
}

// The labels of a container's lines.
func (c config) labelsOf(p pod, container string) (map[string]string, error) {
	known := map[string]string{
		"__meta_kubernetes_namespace":                        p.Metadata.Namespace,
		"__meta_kubernetes_pod_name":                         p.Metadata.Name,
		"__meta_kubernetes_pod_container_name":               container,
		"__meta_kubernetes_pod_node_name":                    p.Spec.NodeName,
		"__meta_kubernetes_pod_label_app_kubernetes_io_name": p.Metadata.Labels["app.kubernetes.io/name"],
	}
	labels := map[string]string{}
	for name, value := range c.external {
		labels[name] = value
	}
	for name, source := range c.labels {
		value, isKnown := known[source]
		if !isKnown {
			return nil, errors.New("no such metadata here: " + source)
		}
		if value != "" {
			labels[name] = value
		}
	}
	return labels, nil
}
