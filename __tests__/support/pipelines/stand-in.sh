#!/bin/sh
# Stands in for the programs that a pipeline calls: records each call, and answers as much as the steps read. FAIL: calls that fail. DIFFERS, UNREADABLE: files that `kubectl diff` finds different, or cannot compare.
set -eu

program=${0##*/}
line="$program $*"
echo "$line" >>"$CALLS"
case $line in
  ${FAIL:-}) # unquoted, a pattern
    echo "$line: fails, as the test asks" >&2
    exit 1
    ;;
esac

# <registry>/<system>/<component>:<tag>, or with a digest, to the component
component_of() {
  name=${1##*/}
  name=${name%%@*}
  echo "${name%%:*}"
}
# A digest of its own for each component of a system, since their names differ in length.
digest_of() { printf 'sha256:%064d\n' "${#1}"; }
# The argument after an option.
option() {
  wanted=$1
  while [ "$2" != "$wanted" ]; do shift; done
  echo "$3"
}
# The last argument.
last() {
  shift $(($# - 1))
  echo "$1"
}

case $line in
  'docker image inspect '*)
    image=$(last "$@")
    case $image in
      *@*) echo "${SWAPPED:-image of $(component_of "$image")}" ;;
      *) echo "${REBUILT:-image of $(component_of "$image")}" ;;
    esac
    ;;
  'docker save '*) : >"$(option --output "$@")" ;;
  'docker login '*) cat >/dev/null ;;
  'docker push '*) echo "tag: digest: $(digest_of "$(component_of "$2")") size: 1234" ;;
  'aws ecr get-login-password '*) echo secret ;;
  'aws ecr describe-repositories '*) echo "${TAGS:-IMMUTABLE}" ;;
  'az acr import '*) : >"$STATE/imported-$(component_of "$(option --image "$@")")" ;;
  'az acr repository show '*)
    component=$(component_of "$(option --image "$@")")
    if [ "$(option --name "$@")" = "${PRODUCTION_REGISTRY%%.*}" ]; then
      [ -e "$STATE/imported-$component" ] || exit 1
      echo "${COPIED:-$(digest_of "$component")}"
    else
      digest_of "$component"
    fi
    ;;
  'dotnet test '*--collect*) [ -n "${UNCOVERED:-}" ] || : >coverage.opencover.xml ;;
  'kubectl get -f '*)
    awk '
      BEGIN { groups["deployment"] = groups["statefulset"] = groups["daemonset"] = ".apps"; groups["job"] = ".batch" }
      /^kind: / { kind = tolower($2) }
      /^  name: / && kind != "" { print kind groups[kind] "/" $2; kind = "" }
    ' "$3"
    ;;
  'kubectl diff -f '*)
    case $3 in
      ${DIFFERS:-}) exit 1 ;;
      ${UNREADABLE:-}) exit 2 ;;
    esac
    ;;
  'npm run image '*)
    # charts/images.json as it is written: two blanks for an environment, four for a component
    target=$4
    system=${target%%/*}
    key=${target##*/}
    environment=${target#*/}
    environment=${environment%%/*}
    case $target in
      */*/*) within="/^    \"$environment\": \{/,/^    \}/" ;;
      *) within= ;;
    esac
    sed -i -E "/^  \"$system\": \{/,/^  \}/ { $within s|^( +\"$key\": )\"[^\"]*\"|\1\"$5\"| }" charts/images.json
    grep -q "\"$key\": \"$5\"" charts/images.json
    ;;
  'npm run preview '*)
    shift 3
    node "$EVENKEEL" preview "$@"
    ;;
  'npm run synth')
    # what synth makes of previews: a file with its images each
    node -e '
      const fs = require("node:fs");
      const previews = fs.existsSync("charts/previews.json") ? JSON.parse(fs.readFileSync("charts/previews.json", "utf8")) : {};
      for (const name of fs.readdirSync("dist")) if (/^10-preview-/.test(name)) fs.unlinkSync(`dist/${name}`);
      for (const [branch, { images }] of Object.entries(previews))
        fs.writeFileSync(`dist/10-preview-${branch.replaceAll("/", "-")}.yaml`, `${JSON.stringify(images)}\n`);
    '
    node -e '
      const fs = require("node:fs");
      const images = JSON.parse(fs.readFileSync("charts/images.json", "utf8"));
      const paths = fs.readdirSync("dist", { recursive: true });
      for (const [system, environments] of Object.entries(images))
        for (const [environment, tags] of Object.entries(environments))
          for (const path of paths.filter((name) => name.endsWith(`-${system}-${environment}.yaml`))) {
            const tagged = (_, image, component) => `${image}${typeof tags === "string" ? `:${tags}` : `@${tags[component]}`}`;
            const text = fs.readFileSync(`dist/${path}`, "utf8");
            fs.writeFileSync(`dist/${path}`, text.replace(/(?<=image: )(\S+\/([\w-]+))[:@]\S+/g, tagged));
          }
    '
    ;;
esac
