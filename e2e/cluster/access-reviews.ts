// Asks an API server what someone may do, thousands of times: SubjectAccessReviews over a few kept connections.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { Kubectl } from './kubectl';

/** Who would do it: someone of a group, or a user with all their groups. */
export type Asker = string | { readonly user: string; readonly groups: readonly string[] };

/** Something that someone may do or not. */
export interface Question {
  readonly subject: Asker;
  readonly verb: string;
  /** API group; the empty string is the core group. */
  readonly group: string;
  /** Plural, with the subresource behind a slash. */
  readonly resource: string;
  /** Absent where it is asked of the whole cluster. */
  readonly namespace?: string;
  /** Absent where it is asked of any object. */
  readonly name?: string;
}

/** A request for a path outside of resources. */
export interface UrlQuestion {
  readonly subject: Asker;
  readonly verb: string;
  readonly url: string;
}

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority': string } },
  ];
  readonly users: readonly [
    { readonly user: { readonly 'client-certificate': string; readonly 'client-key': string } },
  ];
}

const CONNECTIONS = 16;

export class AccessReviews {
  private constructor(
    private readonly server: string,
    private readonly agent: Agent,
  ) {}

  /** Asks as the user of a kubeconfig, who must be allowed to. */
  static as({ kubeconfig }: Kubectl): AccessReviews {
    const { clusters, users }: Kubeconfig = JSON.parse(readFileSync(kubeconfig, 'utf8'));
    const { server, 'certificate-authority': authority } = clusters[0].cluster;
    const { 'client-certificate': certificate, 'client-key': key } = users[0].user;
    const [ca, cert, secret] = [authority, certificate, key].map((file) => readFileSync(file));
    return new AccessReviews(server, new Agent({ keepAlive: true, maxSockets: CONNECTIONS, ca, cert, key: secret }));
  }

  /** The answers, in the order of the questions. */
  async ask(questions: readonly (Question | UrlQuestion)[]): Promise<boolean[]> {
    const answers: boolean[] = [];
    const waiting = [...questions.entries()].reverse();
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
        answers[next[0]] = await this.one(next[1]);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
    return answers;
  }

  close(): void {
    this.agent.destroy();
  }

  private async one(question: Question | UrlQuestion): Promise<boolean> {
    const { subject } = question;
    const { user, groups } = typeof subject === 'string' ? { user: 'e2e', groups: [subject] } : subject;
    const { status } = await this.post<{ readonly status?: { readonly allowed: boolean } }>({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, groups, ...attributesOf(question) },
    });
    if (status === undefined) throw new Error('the API server did not answer an access review');
    return status.allowed;
  }

  private post<Answer>(body: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent: this.agent, headers: { 'content-type': 'application/json' } };
      const url = `${this.server}/apis/authorization.k8s.io/v1/subjectaccessreviews`;
      const call = request(url, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => resolve(JSON.parse(Buffer.concat(parts).toString('utf8'))));
      });
      call.on('error', reject);
      call.end(JSON.stringify(body));
    });
  }
}

function attributesOf(question: Question | UrlQuestion): object {
  if ('url' in question) return { nonResourceAttributes: { verb: question.verb, path: question.url } };
  const { verb, group, resource: key, namespace, name } = question;
  const [resource, subresource] = key.split('/');
  return { resourceAttributes: { verb, group, resource, subresource, namespace, name } };
}
