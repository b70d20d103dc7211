#!/usr/bin/env bash
# Reverts the release commit of this build, on top of what the branch is now. A release is not undone if it failed before its commit,
# was already rolled back, or was followed by another one. Needs SYSTEM_NAME, ENVIRONMENT, BUILD_NUMBER, BRANCH, and all of the history.
set -eu -o pipefail

git fetch origin "$BRANCH"
git checkout -B "$BRANCH" "origin/$BRANCH"
newest=$(git log --max-count 1 --format=%H --fixed-strings --grep "$SYSTEM_NAME/$ENVIRONMENT is build ")
subject=$(git log --max-count 1 --format=%s "${newest:?no release of this environment}")
expected="$SYSTEM_NAME/$ENVIRONMENT is build $BUILD_NUMBER [skip ci]"
if [ "$subject" != "$expected" ]; then
  echo "revert: the newest release is '$subject', expected '$expected'" >&2
  exit 1
fi
git -c user.name="$SYSTEM_NAME pipeline" -c user.email="pipeline@$SYSTEM_NAME.example" revert --no-edit "$newest"
