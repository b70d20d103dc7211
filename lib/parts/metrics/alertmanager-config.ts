// The receivers of alerts, and the configuration of Alertmanager that routes to them: secrets are files, never texts.

import { stringify } from 'yaml';
import type { SecretKey } from '../../constructs/pod/container';
import { SECRET_KEY } from '../../constructs/pod/container';
import type { Problem } from '../../model/finding/problem';
import {
  checked,
  choice,
  either,
  fields,
  flag,
  number,
  optional,
  type Schema,
  table,
  text,
} from '../../model/finding/schema';
import { dnsLabel } from '../../model/manifest/formats';
import type { JsonObject } from '../../model/manifest/json';

/** What every receiver may say. */
interface Received {
  /** The alerts that it gets: `critical` ones only, or warnings too. @default all */
  readonly only?: 'critical';
  /**
   * Whether it gets `Watchdog`, which always fires: a service that expects it all the time reports when this whole chain is broken.
   * @default false
   */
  readonly watchdog?: boolean;
}

/** Who gets alerts. Each secret is the key of a Secret in the part's namespace; `evenkeel secrets` lists it. */
export type Receiver = Received &
  (
    | { readonly slack: { readonly channel: string; readonly url: SecretKey } }
    | {
        readonly webhook: {
          readonly url: SecretKey;
          /** Port of the URL, to which the policy lets it go. @default 443 */
          readonly port?: number;
        };
      }
    | {
        readonly email: {
          readonly to: string;
          readonly from: string;
          /** Host and port of the SMTP server. */
          readonly server: string;
          readonly username: string;
          readonly password: SecretKey;
        };
      }
    /** A topic of Amazon SNS, written to under the identity of `alertmanager`: it takes no key from a file. */
    | { readonly sns: { readonly topicArn: string; readonly region: string } }
  );

const RECEIVED = { only: optional(choice(['critical'])), watchdog: optional(flag()) };
const HOST_AND_PORT = /^[^\s:/]+:\d{1,5}$/;

const RECEIVER: Schema = either(
  [
    fields<Extract<Receiver, { slack: unknown }>>({
      ...RECEIVED,
      slack: fields<{ channel: string; url: SecretKey }>({ channel: text("a channel: '#alerts'"), url: SECRET_KEY }),
    }),
    fields<Extract<Receiver, { webhook: unknown }>>({
      ...RECEIVED,
      webhook: fields<{ url: SecretKey; port?: number }>({
        url: SECRET_KEY,
        port: optional(number({ atLeast: 1, atMost: 65_535, whole: true })),
      }),
    }),
    fields<Extract<Receiver, { email: unknown }>>({
      ...RECEIVED,
      email: fields<Extract<Receiver, { email: unknown }>['email']>({
        to: text('an address', (address) => address.includes('@')),
        from: text('an address', (address) => address.includes('@')),
        server: text("host and port: 'smtp.example.com:587'", (server) => HOST_AND_PORT.test(server)),
        username: text(),
        password: SECRET_KEY,
      }),
    }),
    fields<Extract<Receiver, { sns: unknown }>>({
      ...RECEIVED,
      sns: fields<{ topicArn: string; region: string }>({
        topicArn: text("an ARN: 'arn:aws:sns:…'", (arn) => arn.startsWith('arn:')),
        region: text('a region of AWS'),
      }),
    }),
  ],
  "{ slack: { channel: '#alerts', url: { secret: 'alerts', key: 'slack' } } }, { webhook }, { email } or { sns }",
);

/** What receivers may say. */
export const RECEIVERS = checked<Readonly<Record<string, Receiver>>>(
  table(RECEIVER, "{ oncall: { slack: { channel: '#alerts', url: { secret: 'alerts', key: 'slack' } } } }"),
  (receivers) =>
    Object.keys(receivers).flatMap((name): Problem[] => {
      if (dnsLabel.fits(name) && name !== NONE) return [];
      const expected = name === NONE ? `another name than ${NONE}` : dnsLabel.expected;
      return [{ field: name, value: name, message: `${name} is not a valid name of a receiver`, expected }];
    }),
);

/** The port at which a receiver is reached, outside of the cluster. */
export function portOf(receiver: Receiver): number {
  if ('email' in receiver) return Number(receiver.email.server.split(':')[1]);
  return ('webhook' in receiver ? receiver.webhook.port : undefined) ?? 443;
}

/** Where alerts go that no receiver wants. */
const NONE = 'none';
/** Folder with a folder a Secret. */
export const SECRETS = '/etc/alertmanager/secrets';

const fileOf = ({ secret, key }: SecretKey): string => `${SECRETS}/${secret}/${key}`;

/** The keys of Secrets that the receivers need, by Secret. */
export function secretsOf(receivers: Readonly<Record<string, Receiver>>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const receiver of Object.values(receivers)) {
    const key =
      'slack' in receiver
        ? receiver.slack.url
        : 'webhook' in receiver
          ? receiver.webhook.url
          : 'email' in receiver
            ? receiver.email.password
            : undefined;
    if (key !== undefined) found.set(key.secret, (found.get(key.secret) ?? new Set()).add(key.key));
  }
  return new Map([...found].map(([secret, keys]) => [secret, [...keys].sort()]));
}

/** `send_resolved` is stated, since its default differs: prometheus.io, "Alerting configuration". */
function configOf(receiver: Receiver): JsonObject {
  if ('slack' in receiver) {
    const { channel, url } = receiver.slack;
    return {
      slack_configs: [
        {
          api_url_file: fileOf(url),
          channel,
          send_resolved: true,
          title: '{{ .CommonLabels.alertname }} {{ .CommonLabels.namespace }} ({{ .Status }})',
          text: '{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}',
        },
      ],
    };
  }
  if ('webhook' in receiver)
    return { webhook_configs: [{ url_file: fileOf(receiver.webhook.url), send_resolved: true }] };
  if ('email' in receiver) {
    const { to, from, server, username, password } = receiver.email;
    return {
      email_configs: [
        {
          to,
          from,
          smarthost: server,
          auth_username: username,
          auth_password_file: fileOf(password),
          require_tls: true,
          send_resolved: true,
        },
      ],
    };
  }
  const { topicArn, region } = receiver.sns;
  return { sns_configs: [{ topic_arn: topicArn, sigv4: { region }, send_resolved: true }] };
}

function routeOf([name, { only, watchdog = false }]: readonly [string, Receiver]): JsonObject[] {
  const matchers = only === 'critical' ? ['severity = critical'] : ['severity =~ "critical|warning"'];
  return [
    { receiver: name, matchers, continue: true },
    ...(watchdog
      ? [
          {
            receiver: name,
            matchers: ['alertname = Watchdog'],
            continue: true,
            group_wait: '0s',
            repeat_interval: '5m',
          },
        ]
      : []),
  ];
}

/** The file `alertmanager.yml`. */
export function alertmanagerConfig(receivers: Readonly<Record<string, Receiver>>): string {
  const named = Object.entries(receivers);
  return stringify(
    {
      route: {
        receiver: NONE,
        group_by: ['alertname', 'namespace', 'cluster'],
        group_wait: '30s',
        group_interval: '5m',
        repeat_interval: '4h',
        ...(named.length === 0 ? {} : { routes: named.flatMap(routeOf) }),
      },
      inhibit_rules: [
        {
          source_matchers: ['severity = critical'],
          target_matchers: ['severity = warning'],
          equal: ['namespace', 'alertname'],
        },
      ],
      receivers: [{ name: NONE }, ...named.map(([name, receiver]) => ({ name, ...configOf(receiver) }))],
    },
    { lineWidth: 0 },
  );
}
