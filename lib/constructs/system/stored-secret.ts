// A Secret whose values are in a store outside of the cluster: made by External Secrets where the cluster has it, otherwise by hand.

import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { didYouMean } from '../../model/finding/closest';
import { findingOf } from '../../model/finding/finding';
import { fields } from '../../model/finding/schema';
import { ENTRY, setEntry } from '../../model/platform/entries';
import { placeInStore, STORED_KEYS, type StoredKeys } from '../../model/secrets/store';
import type { SecretReference } from '../network/connection';
import type { SecretKey } from '../pod/container';
import { receive } from '../tree/door';
import { report } from '../tree/findings';
import { createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { traceConstruct } from '../tree/trace';
import { System } from './system';

/** The keys of a Secret, and where their values are. */
export interface StoredSecretProps {
  /**
   * Keys of the Secret, each with the place of its value in the store: a key of the store, or a property of one.
   * @example keys: { token: 'prod/payments#token' }
   */
  readonly keys: StoredKeys;
}

const STORED_SECRET = fields<StoredSecretProps>({ keys: STORED_KEYS });

/** The CRD's default; stated, as are its others below, since the API server would add them. */
const REFRESH_INTERVAL = '1h0m0s';

/**
 * A Secret with the name of the construct's id, whose values are in a store outside of the cluster.
 *
 * With the capability `external-secrets` it is an ExternalSecret, read from the cluster's `secretStore` every hour, in the files of the
 * platform team: who may write one can read all that the store gives. Otherwise the Secret is made by hand, under the same name, and
 * `evenkeel secrets` lists it. Running pods see a new value in files after about a minute more, in variables when they start again.
 *
 * Source: external-secrets.io, "ExternalSecret".
 *
 * @example
 * const payments = new StoredSecret(this, 'payments', { keys: { token: 'prod/payments#token' } });
 * new WebService(this, 'web', { …, volumes: { '/etc/payments': payments } }); // or env: { TOKEN: payments.key('token') }
 * new ExternalService(this, 'bank', { …, credentials: payments });
 */
export class StoredSecret extends Construct implements SecretReference {
  /** Name of the Secret. */
  readonly secret: string;
  /** Its keys. */
  readonly keys: readonly string[];
  /** The ExternalSecret, for overrides; `undefined` where the Secret is made by hand. */
  readonly externalSecret: ApiObject | undefined;

  constructor(scope: Construct, id: string, props: StoredSecretProps) {
    super(scope, id);
    traceConstruct(this);
    const { keys } = receive(this, '', STORED_SECRET, props, { keys: { refused: 'refused' } });
    this.secret = id;
    this.keys = Object.keys(keys);
    this.externalSecret = this.create(keys);
  }

  /**
   * One of its keys, for a variable.
   *
   * @example env: { PAYMENTS_TOKEN: payments.key('token') }
   */
  key(name: string): SecretKey {
    if (!this.keys.includes(name)) {
      const message = `the Secret ${this.secret} has no key ${name}${didYouMean(name, this.keys)}`;
      report(this, findingOf('input', { field: 'key', value: name, message, expected: this.keys.join(' or ') }));
    }
    return { secret: this.secret, key: name };
  }

  private create(keys: StoredKeys): ApiObject | undefined {
    const { name: cluster, capabilities, secretStore, problems } = System.of(this).target.cluster;
    if (!capabilities.includes('external-secrets')) return undefined;
    if (secretStore === undefined) {
      if (problems.length > 0) return undefined; // one of them may be the store
      const message = `${cluster} has external-secrets, and no store is known`;
      const expected = `in clusters.${cluster}, secretStore: { name }`;
      report(this, findingOf('secret-store', { message, expected }));
      return undefined;
    }
    const { name, kind = 'ClusterSecretStore' } = secretStore;
    const metadata = { name: this.secret, labels: selectorLabels(this.secret) };
    const object = createObject(this, 'external-secret', 'ExternalSecret', metadata, {
      spec: {
        refreshInterval: REFRESH_INTERVAL,
        secretStoreRef: { name, kind },
        // the Secret goes with this object, and stays when the store loses a value
        target: { name: this.secret, creationPolicy: 'Owner', deletionPolicy: 'Retain' },
        data: Object.entries(keys).map(([secretKey, place]) => ({
          secretKey,
          remoteRef: {
            ...placeInStore(place),
            conversionStrategy: 'Default',
            decodingStrategy: 'None',
            metadataPolicy: 'None',
          },
        })),
      },
    });
    setEntry(object, ENTRY.platformOwned, true);
    return object;
  }
}
