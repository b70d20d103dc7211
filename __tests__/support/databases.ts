// A shop whose API keeps a ledger in a PostgreSQL: on a laptop, and where CloudNativePG is.

import type { Construct } from 'constructs';
import { check } from '../../lib/checks';
import { type Part, Platform, PostgreSQL, type PostgreSQLProps, System, WebService } from '../../lib/constructs';
import { type ClusterDescription, conformant, type EnvironmentProps, local, type Target } from '../../lib/model';
import { type Synthesis, synthesize } from '../../lib/synth/synthesize';
import { shop, WEB } from './synthesis';

export const LEDGER: PostgreSQLProps = {
  version: '16',
  storage: '20Gi',
  resources: { cpu: '500m', memory: '1Gi' },
};

export const LAPTOP = local({ kubernetes: '1.36' });

/** Three zones, with the operator. */
export const OPERATED = conformant({
  kubernetes: '1.36',
  zones: ['a', 'b', 'c'],
  capabilities: ['cloudnative-pg'],
});

const registry = { external: 'registry.example' };
/** It promises nothing. */
export const DEVELOPMENT: EnvironmentProps = { survives: { zones: 0, regions: 0 }, registry };
/** It survives the loss of a zone. */
export const SURVIVING: EnvironmentProps = { survives: { zones: 1, regions: 0 }, registry };

/** Where a shop is. */
export interface Place {
  readonly cluster?: ClusterDescription;
  readonly environment?: EnvironmentProps;
  readonly build?: (ledger: PostgreSQL, system: System, api: WebService) => void;
}

/** On a laptop, unless it is elsewhere: the ledger, and the API that connects to it. */
export function withLedger(
  props: Partial<PostgreSQLProps> = {},
  { cluster = LAPTOP, environment = DEVELOPMENT, build }: Place = {},
): Synthesis {
  return shop(
    (system) => {
      const ledger = new PostgreSQL(system, 'ledger', { ...LEDGER, ...props });
      const api = new WebService(system, 'api', WEB).connectTo(ledger, { poolSize: 10 });
      build?.(ledger, system, api);
    },
    { cluster, environment },
  );
}

/** By the operator, in an environment that survives a zone. */
export const operated = (props: Partial<PostgreSQLProps> = {}, place: Place = {}): Synthesis =>
  withLedger({ noBackup: 'a test', ...props }, { cluster: OPERATED, environment: SURVIVING, ...place });

/** Parts of the cluster beside the shop. */
export interface Equipped {
  readonly cluster: ClusterDescription;
  readonly parts?: readonly Part[];
  /** Zones that the shop survives. @default 0 */
  readonly zones?: number;
  readonly props?: Partial<PostgreSQLProps>;
}

/** The shop with its ledger, and the parts in operations. */
export function inLedger(
  build: ((ledger: PostgreSQL, system: System) => void) | undefined,
  { cluster, parts = [], zones = 0, props = {} }: Equipped,
): Synthesis {
  class Shop extends System {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, 'shop', target);
      const ledger = new PostgreSQL(this, 'ledger', { ...LEDGER, ...props });
      new WebService(this, 'api', WEB).connectTo(ledger, { poolSize: 10 });
      build?.(ledger, this);
    }
  }
  const platform = new Platform({
    home: 'mumbai',
    clusters: { mumbai: cluster },
    environments: {
      production: { ...DEVELOPMENT, survives: { zones, regions: 0 } },
      operations: { survives: { zones: 0, regions: 0 } },
    },
  });
  if (parts.length > 0) platform.equip('operations', { on: 'mumbai', parts });
  return synthesize(platform.place(Shop, { production: { on: 'mumbai', settings: {} } }).app(), check);
}
