// All profiles, each as it is without any option that need not be given: what neutrality is asked over.
import type { Provider } from '../provider';
import { aks } from './aks';
import { conformant } from './conformant';
import { eks } from './eks';
import { eksAuto } from './eks-auto';
import { gke } from './gke';
import { local } from './local';
import { onPrem } from './on-prem';

const KUBERNETES = '1.36';

/** The standard: what every other profile is compared with. */
export const STANDARD: Provider = conformant({ kubernetes: KUBERNETES }).provider;

/** Every other profile. Where a cluster is, and what it runs, is none of a profile's business. */
export const PROFILES: readonly Provider[] = [
  eks({ region: 'region', kubernetes: KUBERNETES }).provider,
  eksAuto({ region: 'region', kubernetes: KUBERNETES }).provider,
  aks({ region: 'region', kubernetes: KUBERNETES, gateway: { albName: 'alb', albNamespace: 'alb' } }).provider,
  gke({ region: 'region', kubernetes: KUBERNETES }).provider,
  onPrem({ distribution: 'k3s', kubernetes: KUBERNETES }).provider,
  local({ kubernetes: KUBERNETES }).provider,
];
