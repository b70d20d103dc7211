// The environments: what each survives, where its images come from, and who works in it.
import type { EnvironmentProps } from 'evenkeel';

export const environments = {
  production: {
    survives: { zones: 1, regions: 0 },
    registry: '123456789012.dkr.ecr.ap-south-1.amazonaws.com',
    access: { support: 'viewer', developers: 'viewer', devops: 'operator' },
  },
  dev: {
    survives: { zones: 0, regions: 0 },
    registry: 'flaschenpostdev.azurecr.io',
    access: { developers: 'developer', 'flaschenpost-dev': 'deployer' },
  },
  qa: {
    survives: { zones: 0, regions: 0 },
    registry: 'flaschenpostdev.azurecr.io',
    access: { developers: 'developer', 'flaschenpost-qa': 'deployer' },
  },
  staging: {
    survives: { zones: 1, regions: 0 },
    registry: 'flaschenpost.azurecr.io',
    access: { developers: 'viewer', devops: 'operator', 'flaschenpost-staging': 'deployer' },
  },
  prod: {
    survives: { zones: 1, regions: 0 },
    registry: 'flaschenpost.azurecr.io',
    access: { developers: 'viewer', devops: 'operator', 'flaschenpost-prod': 'deployer' },
  },
  'clinic-dev': {
    survives: { zones: 0, regions: 0 },
    registry: 'pantherdev.azurecr.io',
    access: { 'booking-team': 'developer', 'clinic-dev-pipeline': 'deployer' },
  },
  clinic: {
    survives: { zones: 1, regions: 1 },
    registry: 'panther.azurecr.io',
    access: { 'booking-team': 'viewer', devops: 'operator', 'clinic-pipeline': 'deployer' },
  },
  operations: { survives: { zones: 1, regions: 0 }, access: { devops: 'viewer' } },
  // what previews of branches are like; a registry of another account: a build of a branch is never where production pulls from
  preview: {
    survives: { zones: 0, regions: 0 },
    registry: '210987654321.dkr.ecr.ap-south-1.amazonaws.com',
    access: { developers: 'developer', 'pingpong-previews': 'deployer' },
  },
  local: { survives: { zones: 0, regions: 0 }, access: { developers: 'developer' } },
} satisfies Record<string, EnvironmentProps>;
