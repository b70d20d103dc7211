// One chart for all applications, or one per application (BENCH_CHARTS); BENCH_OBJECTS is the number of objects.
import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { NAMESPACE, type Parameters, parameters } from './content';

/** Number of objects to create. */
export const objects = Number(process.env.BENCH_OBJECTS ?? 100);

/** Builds an app; `describe` creates the objects of one application in its own scope. */
export function build(describe: (scope: Construct, application: Parameters) => void): App {
  const outdir = process.env.BENCH_OUTDIR;
  const app = new App(outdir === undefined ? {} : { outdir });
  const props = { namespace: NAMESPACE, disableResourceNameHashes: true };
  const all = process.env.BENCH_CHARTS === 'each' ? undefined : new Chart(app, 'bench', props);
  let previous: Construct | undefined;
  for (const application of parameters(objects)) {
    const scope = all === undefined ? new Chart(app, application.name, props) : new Construct(all, application.name);
    describe(scope, application);
    if (process.env.BENCH_DEPENDENCIES !== undefined && previous !== undefined) scope.node.addDependency(previous);
    previous = scope;
  }
  return app;
}
