// The environments: what each of them survives, and where its images come from. Those of `local` are loaded onto the node by hand.
import type { EnvironmentProps } from 'evenkeel';

const registry = 'europe-west1-docker.pkg.dev/acme/images';

export const environments = {
  staging: { survives: { zones: 1, regions: 0 }, registry },
  production: { survives: { zones: 1, regions: 0 }, registry },
  local: { survives: { zones: 0, regions: 0 } },
} satisfies Record<string, EnvironmentProps>;
