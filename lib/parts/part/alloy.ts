// Alloy, the collector: what its two uses, logs and traces, share.

/** Port of its own metrics and of its readiness. */
export const ALLOY_PORT = 12_345;

/** Folder of what it remembers. */
export const ALLOY_DATA = '/var/lib/alloy';

/** Path of its configuration. */
export const ALLOY_CONFIG = '/etc/alloy/config.alloy';

/** Its arguments. By default it listens to its own pod only, and reports its use to its makers. Source: grafana/alloy, docs/sources/reference/cli/run. */
export const ALLOY_ARGS: readonly string[] = [
  'run',
  ALLOY_CONFIG,
  `--server.http.listen-addr=0.0.0.0:${ALLOY_PORT}`,
  `--storage.path=${ALLOY_DATA}`,
  '--disable-reporting',
];
