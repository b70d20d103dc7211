#!/usr/bin/env bash
# Applies the files of one system in one environment, in their order, and waits: for the migration first, then for each rollout.
# Needs SYSTEM_NAME, ENVIRONMENT, FOLDER (dist, or dist/clusters/<name>), KUBECONFIG. 00-… and 05-… belong to the platform team.
set -eu -o pipefail

namespace=${NAMESPACE:-$SYSTEM_NAME-$ENVIRONMENT}
# Names of the objects of a file whose kinds match an expression.
named() { kubectl get -f "$1" -o name | sed -n -E "/^($2)\//p"; }

migration="$FOLDER/07-$SYSTEM_NAME-$ENVIRONMENT.yaml"
if [ -e "$migration" ]; then
  kubectl apply -f "$migration"
  jobs=$(named "$migration" 'job\.batch')
  # one that fails stops the release, at the time-out: give a migration with a longer deadline a longer one
  kubectl wait --namespace "$namespace" --for condition=complete --timeout 30m $jobs
fi
kubectl apply -f "$FOLDER/10-$SYSTEM_NAME-$ENVIRONMENT.yaml"
workloads=$(named "$FOLDER/10-$SYSTEM_NAME-$ENVIRONMENT.yaml" '(deployment|statefulset|daemonset)\.apps')
for workload in $workloads; do
  kubectl rollout status --namespace "$namespace" --timeout 20m "$workload"
done
