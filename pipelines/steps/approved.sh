#!/usr/bin/env bash
# Refuses manifests other than those that were approved: then main has moved on, and its own run is the one to release.
# Needs SYSTEM_NAME, ENVIRONMENT, FOLDER (dist, or dist/clusters/<name>), and APPROVED: the folder with the approved dist.
set -eu -o pipefail

for phase in 07 10; do
  file="$FOLDER/$phase-$SYSTEM_NAME-$ENVIRONMENT.yaml"
  if [ -e "$APPROVED${file#dist}" ] || [ -e "$file" ]; then
    diff -N "$APPROVED${file#dist}" "$file"
  fi
done
