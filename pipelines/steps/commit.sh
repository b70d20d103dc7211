#!/usr/bin/env bash
# Commits and pushes what a release writes; does nothing where it changes nothing. Previews that were committed meanwhile stay: the release goes
# on top of them. Anything else on BRANCH refuses the push. Needs SYSTEM_NAME, ENVIRONMENT, BUILD_NUMBER, BRANCH.
set -eu -o pipefail

git add charts/images.json dist
if git diff --cached --quiet; then
  echo 'nothing changed, nothing to commit'
  exit 0
fi
author=(-c user.name="$SYSTEM_NAME pipeline" -c user.email="pipeline@$SYSTEM_NAME.example")
git "${author[@]}" commit --message "$SYSTEM_NAME/$ENVIRONMENT is build $BUILD_NUMBER [skip ci]"
git fetch origin "$BRANCH"
others=$(git diff --name-only "HEAD...origin/$BRANCH" -- . ':(exclude)dist' ':(exclude)charts/previews.json')
if [ -z "$others" ] && ! git merge-base --is-ancestor "origin/$BRANCH" HEAD; then
  git "${author[@]}" rebase "origin/$BRANCH"
  npm run synth -- --check --strict
fi
git push origin "HEAD:$BRANCH"
