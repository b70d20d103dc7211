// The parts of the platform, each one line of `equip`.

export { type BackupsProps, backups } from './backups/backups';
export type { CopyTarget } from './backups/copies';
export { type ConfigurationProps, configuration } from './configuration/configuration';
export { type LogsProps, logs } from './logs/logs';
export type { Receiver } from './metrics/alertmanager-config';
export { type MetricsProps, metrics } from './metrics/metrics';
export type { Store } from './part/store';
export { type TracesProps, traces } from './traces/traces';
