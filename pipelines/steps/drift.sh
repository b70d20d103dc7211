#!/usr/bin/env bash
# Compares the files of a cluster with what runs there; fails where a change by hand, or a release that was not applied, makes a difference.
# Needs FOLDER (dist, or dist/clusters/<name>) and KUBECONFIG, of an account that may apply them: the comparison is a dry run.
set -eu -o pipefail

differ=''
failed=''
for file in "${FOLDER:?names no folder}"/*.yaml; do
  if [ ! -e "$file" ]; then
    echo "drift: $FOLDER has no manifests, expected those of a cluster" >&2
    exit 2
  fi
  status=0
  kubectl diff -f "$file" || status=$?
  case $status in
    0) ;;
    1) differ="$differ $file" ;;
    *) failed="$failed $file" ;;
  esac
done
if [ -n "$failed" ]; then
  echo "drift: not compared:$failed" >&2
  exit 2
fi
if [ -n "$differ" ]; then
  echo "drift: the cluster differs from:$differ" >&2
  exit 1
fi
