// The environments: what each of them survives, and where its images come from.
import type { EnvironmentProps } from 'evenkeel';

export const environments = {
  production: {
    survives: { zones: 1, regions: 0 },
    registry: '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
  },
} satisfies Record<string, EnvironmentProps>;
