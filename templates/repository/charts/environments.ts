// The environments: what each of them survives, and where its images come from. Here they are loaded onto the nodes by hand.
import type { EnvironmentProps } from 'evenkeel';

export const environments = {
  production: { survives: { zones: 0, regions: 0 } },
} satisfies Record<string, EnvironmentProps>;
