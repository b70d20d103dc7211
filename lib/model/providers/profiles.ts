// All profiles, with no option but those that must be given: what `compare providers` builds on.
import type { Provider } from '../cluster/provider';
import type { GatewayApi } from '../exposure/gateway-api';
import { isProblem } from '../finding/problem';
import { defined } from '../manifest/json';
import { aks } from './aks';
import { conformant } from './conformant';
import { eks } from './eks';
import { eksAuto } from './eks-auto';
import { gke } from './gke';
import { local } from './local';
import { onPrem } from './on-prem';

/** What a cluster says of its Gateway API, on another provider: with the class of that one, or one of which nothing is known. */
export function gatewayApiOn(provider: Provider, api: GatewayApi): GatewayApi {
  const { bundle, entries, hosts, namespace } = api;
  const own = defined({ bundle, entries, hosts, namespace });
  if (!isProblem(provider.gateway(own))) return own;
  return { ...own, className: 'standard', source: { cidrs: RANGE } };
}

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
