// The configuration of the collector of logs: the pods of its own node, by the API, so that it needs no folder of the node.

/** Labels of a log line by the pod's metadata that they come from. Few, since each combination is a stream. */
const LABELS: Readonly<Record<string, string>> = {
  namespace: '__meta_kubernetes_namespace',
  pod: '__meta_kubernetes_pod_name',
  container: '__meta_kubernetes_pod_container_name',
  app: '__meta_kubernetes_pod_label_app_kubernetes_io_name',
  node: '__meta_kubernetes_pod_node_name',
};

/** The file `config.alloy`. Source: grafana/alloy, docs/sources/collect/logs-in-kubernetes. */
export function logCollectorConfig(push: string, cluster: string): string {
  const rules = Object.entries(LABELS).map(
    ([target, source]) => `  rule {
    source_labels = ["${source}"]
    target_label  = "${target}"
  }
`,
  );
  return `discovery.kubernetes "pods" {
  role = "pod"
  selectors {
    role  = "pod"
    field = "spec.nodeName=" + sys.env("NODE_NAME")
  }
}

discovery.relabel "logs" {
  targets = discovery.kubernetes.pods.targets
${rules.join('')}}

loki.source.kubernetes "logs" {
  targets    = discovery.relabel.logs.output
  forward_to = [loki.write.loki.receiver]
}

loki.write "loki" {
  endpoint {
    url = "${push}"
  }
  external_labels = { cluster = "${cluster}" }
}
`;
}
