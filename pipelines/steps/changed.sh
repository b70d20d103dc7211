#!/usr/bin/env bash
# Prints `yes` if anything but what releases and previews write has changed since the last release, else `no`: a release starts no
# second one, and a preview none.
# Needs SYSTEM_NAME, ENVIRONMENT, and a clone with all of its history.
set -eu -o pipefail

if [ "$(git rev-parse --is-shallow-repository)" != false ]; then
  echo 'changed: the clone is shallow, expected all of its history' >&2
  exit 1
fi
release=$(git log --max-count 1 --format=%H --grep "^$SYSTEM_NAME/$ENVIRONMENT is build ")
status=1
if [ -n "$release" ]; then
  status=0
  git diff --quiet "$release" HEAD -- . ':(exclude)dist' ':(exclude)charts/images.json' \
    ':(exclude)charts/previews.json' || status=$?
fi
case $status in
  0) echo no ;;
  1) echo yes ;;
  *) exit "$status" ;;
esac
