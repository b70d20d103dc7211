// The apps of the comparison, each built on demand.
import type { App } from 'cdk8s';

export const bare = (): App => require('../apps/bare').app;
export const l1 = (): App => require('../apps/l1').app;
