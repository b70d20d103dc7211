// All profiles, with no option but those that must be given: what `compare providers` builds on.
import type { Provider } from '../cluster/provider';
import { aks } from './aks';
import { conformant } from './conformant';
import { eks } from './eks';
import { eksAuto } from './eks-auto';
import { gke } from './gke';
import { local } from './local';
import { onPrem } from './on-prem';

/** Common properties of all clusters here. */
const ANYWHERE = { kubernetes: '1.36' } as const;
/** The region has no effect. */
const SOMEWHERE = { ...ANYWHERE, region: 'somewhere' } as const;
/** A documentation range (RFC 5737), so that every profile has a source of ingress traffic. */
const RANGE = ['192.0.2.0/24'];
const AWS = { ...SOMEWHERE, loadBalancerSubnets: RANGE, nodeSubnets: RANGE };

/** The standard, with which every other profile is compared. */
export const STANDARD: Provider = conformant({ ...ANYWHERE, ingressSource: { cidrs: RANGE } }).provider;

/** Every other profile. */
export const PROFILES: readonly Provider[] = [
  eks(AWS).provider,
  eksAuto(AWS).provider,
  aks({ ...SOMEWHERE, gateway: { albName: 'alb', albNamespace: 'alb' }, gatewaySubnets: RANGE }).provider,
  gke(SOMEWHERE).provider,
  onPrem({ ...ANYWHERE, distribution: 'k3s', groupsPrefix: 'oidc:' }).provider,
  local(ANYWHERE).provider,
];
