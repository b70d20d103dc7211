// The verbs as a user types them: the one place to change when a verb gets another name.
import { A, B } from './inputs';

/** Arguments of what each row asks. */
export const VERBS = {
  synth: ['synth'],
  check: ['synth', '--check'],
  secrets: ['secrets'],
  connections: ['connections'],
  access: ['access'],
  gitops: ['gitops'],
  image: ['image'],
  preview: ['preview'],
  picture: ['picture'],
  providers: ['compare', 'providers'],
  environments: ['compare', 'environments'],
  prove: ['prove'],
  plan: ['plan'],
  traffic: ['traffic'],
  move: ['traffic', '--from', A, '--to', B],
} as const;

export type Verb = keyof typeof VERBS;
