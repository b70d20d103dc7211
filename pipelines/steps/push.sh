#!/usr/bin/env bash
# Pushes the images that were scanned, and no others, under tags that stay theirs.
# Needs SYSTEM_NAME, IMAGES, REGISTRY, BUILD_NUMBER, and WORK with `scanned`. Writes WORK/pushed: <registry>/<repository>@<digest>, a line each.
set -eu -o pipefail

refuse() {
  echo "push: $1, expected $2" >&2
  exit 1
}

case $REGISTRY in
  *.azurecr.io) az acr login --name "${REGISTRY%%.*}" ;;
  *.dkr.ecr.*.amazonaws.com)
    region=${REGISTRY#*.dkr.ecr.}
    region=${region%%.*}
    password=$(aws ecr get-login-password --region "$region")
    docker login --username AWS --password-stdin "$REGISTRY" <<<"$password"
    ;;
  *) refuse "$REGISTRY has no known login" '<name>.azurecr.io or <account>.dkr.ecr.<region>.amazonaws.com' ;;
esac

# Amazon's registry keeps tags as a setting of the repository; Azure's locks one tag after its push.
require_fixed_tags() {
  case $REGISTRY in *.azurecr.io) return ;; esac
  local tags
  tags=$(aws ecr describe-repositories --region "$region" --repository-names "$1" --query 'repositories[0].imageTagMutability' --output text)
  [ "$tags" = IMMUTABLE ] || refuse "tags of $1 are $tags" IMMUTABLE
}
lock_tag() {
  case $REGISTRY in
    *.azurecr.io) az acr repository update --name "${REGISTRY%%.*}" --image "$1" --write-enabled false --output none ;;
  esac
}

# Refuses a reference that stands for another image than the one that was scanned.
require_scanned() {
  local id
  id=$(docker image inspect --format '{{.Id}}' "$1")
  [ "$id" = "$scanned" ] || refuse "$1 is image $id" "the scanned ${scanned:-image, which WORK/scanned does not have}"
}

: >"$WORK/pushed"
for name in ${IMAGES:?names no component}; do
  repository=$SYSTEM_NAME/$name
  scanned=$(sed -n "s|^$name ||p" "$WORK/scanned")
  require_scanned "$REGISTRY/$repository:$BUILD_NUMBER"
  require_fixed_tags "$repository"
  docker push "$REGISTRY/$repository:$BUILD_NUMBER" | tee "$WORK/output"
  digest=$(sed -n 's/^.*digest: \(sha256:[0-9a-f]*\) .*$/\1/p' "$WORK/output")
  # what the registry has under this digest, not what is left here under the tag
  docker pull --quiet "$REGISTRY/$repository@${digest:?not in the output of docker push}"
  require_scanned "$REGISTRY/$repository@$digest"
  lock_tag "$repository:$BUILD_NUMBER"
  echo "$REGISTRY/$repository@$digest" >>"$WORK/pushed"
done
