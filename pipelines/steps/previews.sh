#!/usr/bin/env bash
# On a branch: gives it an environment with this build. On BRANCH: ends the environments whose branch is gone. Each is a commit on BRANCH of
# data and of what synth makes of it with the charts of BRANCH: those of the branch itself come with its merge.
# Needs SYSTEM_NAME, BRANCH, BRANCH_NAME (what is built), on a branch BUILD_NUMBER (the tag of its images), and rights to push.
set -eu -o pipefail

edit() {
  if [ "$BRANCH_NAME" = "$BRANCH" ]; then
    git ls-remote --heads origin | npm run preview -- --reconcile -
  else
    npm run preview -- "$BRANCH_NAME" --image "$SYSTEM_NAME=$BUILD_NUMBER"
  fi
}

pushed=no
for attempt in 1 2 3; do
  git fetch origin "$BRANCH"
  git checkout --quiet -B "$BRANCH" "origin/$BRANCH"
  npm ci
  edit
  npm run synth
  npm run synth -- --check --strict
  git add charts/previews.json dist
  if git diff --cached --quiet; then
    echo 'nothing changed, nothing to commit'
    pushed=yes
    break
  fi
  git -c user.name="$SYSTEM_NAME pipeline" -c user.email="pipeline@$SYSTEM_NAME.example" \
    commit --message "previews: $BRANCH_NAME, build ${BUILD_NUMBER:-} [skip ci]"
  if git push origin "HEAD:$BRANCH"; then
    pushed=yes
    break
  fi
  echo "previews: $BRANCH has moved on, attempt $attempt of 3" >&2
done
if [ "$pushed" = no ]; then
  echo "previews: $BRANCH moved on three times, expected a push that is accepted" >&2
  exit 1
fi
