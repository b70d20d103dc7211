#!/usr/bin/env bash
# Writes this build into charts/images.json: its number, or the digest of each component where the file names components.
# Needs SYSTEM_NAME, ENVIRONMENTS (by blanks), BUILD_NUMBER, and WORK with `pushed`.
set -eu -o pipefail

for environment in ${ENVIRONMENTS:?names no environment}; do
  components=$(node -e '
    const [, system, environment] = process.argv;
    const tags = JSON.parse(require("node:fs").readFileSync("charts/images.json", "utf8"))[system]?.[environment];
    if (typeof tags === "object") console.log(Object.keys(tags).join(" "));
  ' "$SYSTEM_NAME" "$environment")
  if [ -z "$components" ]; then
    npm run image -- "$SYSTEM_NAME/$environment" "$BUILD_NUMBER"
  fi
  for component in $components; do
    digest=$(sed -n "s|^.*/$SYSTEM_NAME/$component@||p" "$WORK/pushed")
    if [ -z "$digest" ]; then
      echo "set-tags: $component was not pushed, expected each component of $SYSTEM_NAME/$environment in charts/images.json" >&2
      exit 1
    fi
    npm run image -- "$SYSTEM_NAME/$environment/$component" "$digest"
  done
done
