#!/usr/bin/env bash
# Checks that dist is what the charts say; with AGAINST, a branch, also that the clusters that have its dist take the change.
# AGAINST needs a clone with all of its history.
set -eu -o pipefail

npm run synth -- --check --strict
if [ -n "${AGAINST:-}" ]; then
  base=$(git merge-base HEAD "origin/$AGAINST")
  npm run synth -- --check --against "$base"
fi
