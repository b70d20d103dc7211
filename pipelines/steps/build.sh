#!/usr/bin/env bash
# Builds the image of each component, with the build number as its tag.
# Needs SYSTEM_NAME, IMAGES (components, by blanks), REGISTRY, BUILD_NUMBER, and CODE: the folder of services/<component>/Dockerfile.
set -eu -o pipefail

for name in ${IMAGES:?names no component}; do
  docker build --pull --file "$CODE/services/$name/Dockerfile" --tag "$REGISTRY/$SYSTEM_NAME/$name:$BUILD_NUMBER" "$CODE"
done
