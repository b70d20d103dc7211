// The configuration of Consul: a server for keys and values, and nothing else of what it can do.

import { majorityOf } from '../../model/pods/quorum';

/** Folder of its data. */
export const DATA = '/consul/data';

/** Path of its configuration. */
export const CONFIG = '/consul/config/server.json';

/** Folder of what is secret: Consul has no file form of these values, so that they are pieces of configuration. */
export const SECRETS = '/consul/secrets';

/** Port at which members ask each other. Source: developer.hashicorp.com, "Required ports". */
export const RPC_PORT = 8300;

/** Port of gossip between members, TCP and UDP. */
export const GOSSIP_PORT = 8301;

const OFF = -1;

/** The configuration of each of `members`, which find each other at the host `peers`. Source: hashicorp/consul, "Agent configuration". */
export function consulConfig(members: number, peers: string): string {
  const several = {
    retry_join: [`${peers}:${GOSSIP_PORT}`],
    autopilot: { min_quorum: majorityOf(members) },
  };
  const config = {
    server: true,
    bootstrap_expect: members,
    data_dir: DATA,
    ...(members === 1 ? {} : several),
    // a member that is drained says so, and returns with its data and another address
    leave_on_terminate: true,
    acl: { enabled: true, default_policy: 'deny', down_policy: 'extend-cache' },
    // keys and values need none of these
    ports: { dns: OFF, grpc: OFF, grpc_tls: OFF, serf_wan: OFF },
    connect: { enabled: false },
    // it would ask its makers for news
    disable_update_check: true,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
