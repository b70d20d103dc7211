// A PostgreSQL without an operator: one pod with a claim, where nothing is promised to survive.

import type { Construct } from 'constructs';
import { defined } from '../../model/manifest/json';
import { OWNER_KEYS, POSTGRES_VOLUME, POSTGRESQL_PORT } from '../../model/services/postgresql';
import { StatefulService } from '../component/stateful-service';
import type { Life } from '../pod/life';
import type { PodTemplate } from '../tree/kinds';
import { DATABASE_USER, type Server } from './server';
import { SOCKETS, startScript } from './start-script';

const SCRIPT = '/etc/postgresql/start.sh';

/** Folder with the credentials of the owner. */
const OWNER = '/etc/postgresql/owner';

/** Time for the sessions to end, and for the last pages to be written, in seconds: what is left then is replayed at the next start. */
const STOP_SECONDS = 60;

/** The server in its one pod. Its parameters are known once all clients are. */
export class OnePod extends StatefulService {
  constructor(
    scope: Construct,
    id: string,
    private readonly described: Server,
  ) {
    const { name, image, storage, resources, choice, credentials, database, owner, reasons } = described;
    super(scope, id, {
      ...choice,
      name,
      image,
      command: ['/bin/sh', SCRIPT],
      files: { [SCRIPT]: startScript({ credentials: OWNER, database, owner }) },
      volumes: { [OWNER]: { secret: credentials.secret, keys: OWNER_KEYS } },
      scratch: [{ path: SOCKETS, size: '1Mi' }],
      port: { port: POSTGRESQL_PORT, protocol: 'tcp' },
      resources,
      // by TCP, which only the server that clients reach listens on; a recovery takes its time, so nothing restarts it
      probes: { bootSeconds: 60, readiness: { exec: ['pg_isready', '--host=127.0.0.1', '--quiet'] } },
      claims: { [POSTGRES_VOLUME]: { name: 'data', size: storage, ...defined({ oneRegion: reasons.oneRegion }) } },
      size: { replicas: 1 },
      // no other pod serves while it stops: the sooner it has stopped, the sooner the next one starts
      availability: { preStopSeconds: 0, longestRequestSeconds: STOP_SECONDS },
      security: { user: DATABASE_USER },
      ...defined({ noBackup: reasons.noBackup, survives: reasons.survives }),
    });
  }

  protected override get reasons(): Readonly<Record<string, string>> {
    return { ...super.reasons, ...this.described.notes() };
  }

  protected override podTemplate(life: Life): PodTemplate {
    const { spec, ...template } = super.podTemplate(life);
    const parameters = Object.entries(this.described.parameters());
    const args = parameters.flatMap(([parameter, value]) => ['-c', `${parameter}=${value}`]);
    const containers = spec.containers.map((one) => (one.name === this.name ? { ...one, args } : one));
    return { ...template, spec: { ...spec, containers } };
  }
}
