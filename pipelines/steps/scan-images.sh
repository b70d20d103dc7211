#!/usr/bin/env bash
# Scans the images that were built, before anything is pushed; fails on a high or critical vulnerability.
# Needs SYSTEM_NAME, IMAGES, REGISTRY, BUILD_NUMBER, TRIVY (the scanner's image, by digest), and WORK: an absolute folder that steps share.
# Writes WORK/scanned: component and image ID, a line each.
set -eu -o pipefail

mkdir -p "$WORK"
: >"$WORK/scanned"
for name in ${IMAGES:?names no component}; do
  id=$(docker image inspect --format '{{.Id}}' "$REGISTRY/$SYSTEM_NAME/$name:$BUILD_NUMBER")
  # a file, because the socket of docker would give the scanner the whole machine
  docker save --output "$WORK/$name.tar" "$id"
  docker run --rm --volume "$WORK:/images:ro" "$TRIVY" \
    image --input "/images/$name.tar" --scanners vuln --severity HIGH,CRITICAL --exit-code 1
  rm -f "$WORK/$name.tar"
  echo "$name $id" >>"$WORK/scanned"
done
