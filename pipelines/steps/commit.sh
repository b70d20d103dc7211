#!/usr/bin/env bash
# Commits and pushes what a release writes; does nothing where it changes nothing.
# Needs SYSTEM_NAME, ENVIRONMENT, BUILD_NUMBER, BRANCH.
set -eu -o pipefail

git add charts/images.json dist
if git diff --cached --quiet; then
  echo 'nothing changed, nothing to commit'
  exit 0
fi
git -c user.name="$SYSTEM_NAME pipeline" -c user.email="pipeline@$SYSTEM_NAME.example" \
  commit --message "$SYSTEM_NAME/$ENVIRONMENT is build $BUILD_NUMBER [skip ci]"
git push origin "HEAD:$BRANCH"
