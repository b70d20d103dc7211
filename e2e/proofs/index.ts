// All proofs, in the order in which they run: docs/proof.md lists what each of them promises.
import type { Proof } from '../proof';
import { acceptance, application } from './e1-acceptance';
import { podSecurity } from './e2-pod-security';
import { availability } from './e3-availability';
import { ingress } from './e3b-ingress';
import { rollout } from './e4-rollout';
import { drain } from './e5-drain';

export const PROOFS: readonly Proof[] = [acceptance, application, podSecurity, availability, ingress, rollout, drain];
