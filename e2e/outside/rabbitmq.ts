// A real RabbitMQ outside of the cluster: Debian's programs with the management plugin, data that goes with the run.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUR_ADDRESS } from '../cluster/network';
import { command } from '../process/command';
import type { Program, Run } from '../process/run';
import { PASSWORD, USER } from './accounts';

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const REGISTRY = '/usr/bin/epmd';
/** Who owns the data. Debian's package makes this user. */
const OWNER = 'rabbitmq';
/** Not the ports of a RabbitMQ that runs on this machine anyway. */
const PORTS = { amqp: 35672, management: 35673, distribution: 35674, registry: 35675 } as const;

export class RabbitMQ {
  /** The settings of a client beside the cluster, as a manifest gives them. */
  readonly account: Readonly<Record<string, string>>;

  private constructor(
    private readonly programs: readonly Program[],
    folder: string,
  ) {
    const [username, password] = [join(folder, 'username'), join(folder, 'password')];
    writeFileSync(username, USER);
    writeFileSync(password, PASSWORD);
    this.account = {
      BROKER_HOST: OUR_ADDRESS,
      BROKER_PORT: String(PORTS.amqp),
      BROKER_USERNAME_FILE: username,
      BROKER_PASSWORD_FILE: password,
    };
  }

  /** Why there is none on this machine. */
  static obstacle(): string | undefined {
    return existsSync(SERVER) ? undefined : "it needs Debian's rabbitmq-server, see e2e/README.md";
  }

  static async start(run: Run): Promise<RabbitMQ> {
    const folder = run.makeFolder('rabbitmq');
    const [settings, plugins] = [join(folder, 'rabbitmq.conf'), join(folder, 'enabled_plugins')];
    writeFileSync(settings, CONFIGURATION);
    writeFileSync(plugins, '[rabbitmq_management].');
    await command('chown', ['-R', OWNER, folder]);
    const loopback = { ERL_EPMD_ADDRESS: '127.0.0.1', ERL_EPMD_PORT: String(PORTS.registry) };
    // Its own, or Erlang starts one that stays.
    const names = run.start('epmd', REGISTRY, [], { user: OWNER, env: loopback });
    const env = {
      ...loopback,
      HOME: folder,
      RABBITMQ_NODENAME: 'e2e@localhost',
      RABBITMQ_DIST_PORT: String(PORTS.distribution),
      RABBITMQ_CONF_ENV_FILE: '/dev/null', // Debian's says other things
      RABBITMQ_CONFIG_FILE: settings,
      RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      // The script becomes the server only where it may read input; it gets none.
      RABBITMQ_ALLOW_INPUT: '1',
      RABBITMQ_SERVER_START_ARGS: '-noinput -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}',
    };
    const server = run.start('rabbitmq', SERVER, [], { user: OWNER, env });
    const rabbit = new RabbitMQ([server, names], folder);
    await run.until('RabbitMQ', 90, async () => (await ask('overview')).ok);
    return rabbit;
  }

  /** Address of its management API, as KEDA gets it. */
  get management(): string {
    return `http://${USER}:${PASSWORD}@${OUR_ADDRESS}:${PORTS.management}/`;
  }

  /** Messages of the queue that are not acknowledged yet; the count is refreshed every 5 s. */
  async messages(queue: string): Promise<number> {
    const answer = await ask(`queues/%2F/${queue}`);
    if (!answer.ok) throw new Error(`the queue ${queue}: ${answer.status}`);
    const { messages = 0 }: { readonly messages?: number } = JSON.parse(await answer.text());
    return messages;
  }

  async stop(): Promise<void> {
    for (const program of this.programs) await program.stop();
  }
}

const CONFIGURATION = `listeners.tcp.1 = ${OUR_ADDRESS}:${PORTS.amqp}
management.tcp.ip = ${OUR_ADDRESS}
management.tcp.port = ${PORTS.management}
default_user = ${USER}
default_pass = ${PASSWORD}
log.console = true
log.console.level = warning
log.file = false
`;

function ask(path: string): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  return fetch(`http://${OUR_ADDRESS}:${PORTS.management}/api/${path}`, { headers: { authorization } });
}
