#!/usr/bin/env bash
# Copies the images from the registry of development to the one of production, both of Azure, with the same digests.
# Needs SYSTEM_NAME, IMAGES, REGISTRY, PRODUCTION_REGISTRY, BUILD_NUMBER.
set -eu -o pipefail

digest_in() {
  az acr repository show --name "${1%%.*}" --image "$image" --query digest --output tsv
}

for name in ${IMAGES:?names no component}; do
  image="$SYSTEM_NAME/$name:$BUILD_NUMBER"
  digest=$(digest_in "$REGISTRY")
  # a second attempt finds it already there
  digest_in "$PRODUCTION_REGISTRY" >/dev/null ||
    az acr import --name "${PRODUCTION_REGISTRY%%.*}" --source "$REGISTRY/$SYSTEM_NAME/$name@$digest" --image "$image"
  copy=$(digest_in "$PRODUCTION_REGISTRY")
  if [ "$copy" != "$digest" ]; then
    echo "promote: $image is $copy in $PRODUCTION_REGISTRY, expected $digest" >&2
    exit 1
  fi
  az acr repository update --name "${PRODUCTION_REGISTRY%%.*}" --image "$image" --write-enabled false --output none
done
