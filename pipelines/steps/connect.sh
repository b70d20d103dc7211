#!/usr/bin/env bash
# Writes KUBECONFIG, the address of the cluster without a credential: kubectl logs in as the deployer that runs this step.
# Needs CLUSTER, KUBECONFIG, and on EKS: REGION, and ROLE, the role of the access entry, with the group of the deployer;
# on AKS: RESOURCE_GROUP, KUBECTL_VERSION, KUBELOGIN_VERSION, and WORK, whose bin/ is on the PATH.
set -eu -o pipefail

if [ -n "${ROLE:-}" ]; then
  aws eks update-kubeconfig --name "$CLUSTER" --region "$REGION" --role-arn "$ROLE" --kubeconfig "$KUBECONFIG"
else
  mkdir -p "$WORK/bin"
  az aks install-cli --client-version "$KUBECTL_VERSION" --install-location "$WORK/bin/kubectl" \
    --kubelogin-version "$KUBELOGIN_VERSION" --kubelogin-install-location "$WORK/bin/kubelogin"
  az aks get-credentials --resource-group "$RESOURCE_GROUP" --name "$CLUSTER" --file "$KUBECONFIG"
  kubelogin convert-kubeconfig --login azurecli
fi
