// The applications as bare ApiObjects.
import { ApiObject } from 'cdk8s';
import { build } from './charts';
import { manifests } from './content';

export const app = build((scope, application) => {
  for (const manifest of manifests(application)) new ApiObject(scope, manifest.kind, manifest);
});
