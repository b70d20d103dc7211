// An authority and what it signs, by openssl: certificates for two days, elliptic curve keys.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../process/command';

export interface CertificateProps {
  /** Common name: the user for Kubernetes. */
  readonly name: string;
  /** Organisation: the group for Kubernetes. */
  readonly organization?: string;
  /** Names and addresses that a server answers to, such as `DNS:shop.example` or `IP:10.200.0.1`. */
  readonly alternatives?: readonly string[];
}

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

export class Authority {
  private constructor(
    private readonly folder: string,
    readonly certificate: string,
    private readonly key: string,
  ) {}

  static async create(folder: string, name: string): Promise<Authority> {
    mkdirSync(folder, { recursive: true });
    const certificate = join(folder, `${name}.crt`);
    const key = join(folder, `${name}.key`);
    const extension = ['-addext', 'basicConstraints=critical,CA:TRUE'];
    const subject = ['-subj', `/CN=${name}`];
    await command('openssl', ['req', '-x509', ...CURVE, ...subject, ...extension, '-keyout', key, '-out', certificate]);
    return new Authority(folder, certificate, key);
  }

  async issue(file: string, { name, organization, alternatives = [] }: CertificateProps): Promise<Certificate> {
    const issued = { certificate: join(this.folder, `${file}.crt`), key: join(this.folder, `${file}.key`) };
    const subject = `${organization === undefined ? '' : `/O=${organization}`}/CN=${name}`;
    const extensions = [
      'basicConstraints=critical,CA:FALSE',
      'extendedKeyUsage=clientAuth,serverAuth',
      ...(alternatives.length === 0 ? [] : [`subjectAltName=${alternatives.join(',')}`]),
    ];
    await command('openssl', [
      ...['req', '-x509', '-CA', this.certificate, '-CAkey', this.key, ...CURVE, '-subj', subject],
      ...extensions.flatMap((extension) => ['-addext', extension]),
      ...['-keyout', issued.key, '-out', issued.certificate],
    ]);
    return issued;
  }
}
