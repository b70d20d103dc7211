// Traces: how a component sends them to the cluster's collector, in the variables that the SDKs of OpenTelemetry read.

import type { Cluster } from '../../model/cluster/cluster';
import { JAEGER, OTLP } from '../../model/cluster/neighbours';
import type { Problem } from '../../model/finding/problem';
import type { Connectable } from './connection';

/** What `connectTo` takes for the cluster's collector of traces. */
export const TRACES = 'traces';

/** The component that sends. */
interface Traced {
  readonly name: string;
  readonly namespace: string;
  readonly environment: string;
}

/**
 * The variables that the SDKs of every language read. Source: opentelemetry.io, "OTLP Exporter Configuration", "General SDK
 * Configuration", "Service", "Deployment".
 */
const variablesOf = ({ name, namespace, environment }: Traced): Readonly<Record<string, string>> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://{host}:{port}',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_SERVICE_NAME: name,
  OTEL_RESOURCE_ATTRIBUTES: `service.namespace=${namespace},deployment.environment.name=${environment}`,
});

/** How a component reaches the collector. */
interface Traces {
  /** OTLP by HTTP, whose address is in the variables. */
  readonly main: Connectable;
  /** OTLP by gRPC, and Jaeger's protocols, for what speaks nothing else. */
  readonly others: readonly Connectable[];
  readonly variables: Readonly<Record<string, string>>;
}

/** How a component reaches the collector, or why it cannot. */
export function tracesOf(
  { name: cluster, traces }: Pick<Cluster, 'name' | 'traces'>,
  sender: Traced,
): Traces | Problem {
  if (traces === undefined) {
    return {
      field: 'connectTo',
      value: TRACES,
      message: `no collector of traces on ${cluster} is known`,
      expected: `the part traces on ${cluster}; or, in clusters.${cluster}, traces: { host, namespace, podLabels }`,
    };
  }
  const { host, namespace, podLabels } = traces;
  const service = (name: string, port: number): Connectable => ({
    connection: () => ({ name, host, port, peer: { namespace, podLabels, port } }),
  });
  return {
    main: service(TRACES, OTLP.http),
    others: [
      service(`${TRACES}-grpc`, OTLP.grpc),
      service(`${TRACES}-jaeger`, JAEGER.http),
      service(`${TRACES}-jaeger-grpc`, JAEGER.grpc),
    ],
    variables: variablesOf(sender),
  };
}
