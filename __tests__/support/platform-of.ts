// A platform of one cluster and one environment, on which a test places systems.
import { Platform } from '../../lib/constructs';
import { PRODUCTION, type Surroundings, TWO_ZONES } from './synthesis';

/** `production`, which survives the loss of a zone, on `mumbai`, which is EKS with two zones; the test may give others. */
export const platformOf = ({ cluster = TWO_ZONES, environment = PRODUCTION }: Surroundings = {}) =>
  new Platform({ home: 'mumbai', clusters: { mumbai: cluster }, environments: { production: environment } });
