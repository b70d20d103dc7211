// The environments: what each of them survives, and where its images come from.
import type { EnvironmentProps } from 'evenkeel';

export const environments = {
  production: {
    survives: { zones: 1, regions: 0 },
    registry: 'europe-west1-docker.pkg.dev/shop/images',
  },
} satisfies Record<string, EnvironmentProps>;
