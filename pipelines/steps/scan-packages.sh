#!/usr/bin/env bash
# Scans the packages of the code for vulnerabilities and licences; fails on a high or critical one.
# Needs TRIVY (the scanner's image, by digest) and CODE: the folder of the code. Licences of NuGet packages are in the folder of restored ones.
set -eu -o pipefail

code=$(cd "$CODE" && pwd)
volumes=(--volume "$code:/src:ro")
if [ -d "$HOME/.nuget/packages" ]; then volumes+=(--volume "$HOME/.nuget/packages:/root/.nuget/packages:ro"); fi
docker run --rm "${volumes[@]}" "$TRIVY" fs --scanners vuln,license --severity HIGH,CRITICAL --exit-code 1 /src
