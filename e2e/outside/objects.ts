// An object store outside of the cluster: buckets in memory (gofakes3), behind TLS and the names that clients of S3 use.
import { mkdirSync, readFileSync } from 'node:fs';
import { request as ask, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { Authority } from '../cluster/certificates';
import { OUR_ADDRESS } from '../cluster/network';
import { freePorts } from '../cluster/ports';
import type { Program, Run } from '../process/run';
import { binary } from '../programs/build';

const PORT = 443;
const KEY = 'AKIAPROOF';
/** Where a pod finds the certificate of the authority. */
const AUTHORITY = '/etc/ssl/store.crt';

export interface Bucket {
  readonly name: string;
  readonly region: string;
  /** Host under which clients ask for it, with the bucket in the path. @default the names that clients make of a bucket on AWS */
  readonly host?: string;
}

export class ObjectStore {
  /** Requests that no key of ours signed: each got 403. */
  refused = 0;

  private constructor(
    private readonly bucket: Bucket,
    private readonly port: number,
    private readonly program: Program,
    private readonly server: Server,
    /** What the image of a client must have, in place of an identity that a provider gives to its pod. */
    readonly access: {
      readonly environment: Readonly<Record<string, string>>;
      readonly files: Readonly<Record<string, string>>;
    },
  ) {}

  /** Serves an empty bucket at port 443 of our address. */
  static async start(run: Run, bucket: Bucket): Promise<ObjectStore> {
    const [port = 0] = await freePorts(1);
    const folder = join(run.folder, 'objects');
    mkdirSync(folder, { recursive: true });
    const authority = await Authority.create(folder, 'store-authority');
    // clients ask the dual-stack name of a bucket: minio-go, s3-endpoints.go
    const base = `s3.dualstack.${bucket.region}.amazonaws.com`;
    const { certificate, key } = await authority.issue('store', {
      name: 'store',
      alternatives: [base, `*.${base}`, ...(bucket.host === undefined ? [] : [bucket.host])].map(
        (host) => `DNS:${host}`,
      ),
    });
    const program = run.start('objects', binary('programs/gofakes3', 'gofakes3'), [
      ...['-backend', 'memory', '-initialbucket', bucket.name, '-hostbucketbase', base, '-quiet'],
      ...['-host', `127.0.0.1:${port}`],
    ]);
    const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
    const store = new ObjectStore(bucket, port, program, server, {
      environment: { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: 'proof', SSL_CERT_FILE: AUTHORITY },
      files: { [AUTHORITY]: readFileSync(authority.certificate, 'utf8') },
    });
    server.on('request', (request, response) => store.pass(request, response));
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(PORT, OUR_ADDRESS, resolve));
    await run.until('the object store', 30, async () => (await store.keys()).length === 0);
    return store;
  }

  /** Keys of all objects. */
  async keys(): Promise<string[]> {
    const response = await fetch(`http://127.0.0.1:${this.port}/${this.bucket.name}?list-type=2&max-keys=100000`);
    if (!response.ok) throw new Error(`the object store: ${response.status}`);
    return [...(await response.text()).matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => key);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    await this.program.stop();
  }

  private pass(request: IncomingMessage, response: ServerResponse): void {
    if (!request.headers.authorization?.includes(`Credential=${KEY}/`)) {
      this.refused += 1;
      response.writeHead(403).end();
      return;
    }
    const { method = '', url = '/', headers } = request;
    const onward: ClientRequest = ask(
      { host: '127.0.0.1', port: this.port, method, path: url, headers },
      (answer) => void answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers)),
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }
}
