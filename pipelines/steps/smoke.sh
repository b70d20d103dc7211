#!/usr/bin/env bash
# Asks for an address from outside, until it answers: the name, the certificate, the load balancer and the pods behind it.
# Needs SMOKE_URL.
set -eu -o pipefail

curl --fail --silent --show-error --output /dev/null --max-time 10 --retry 10 --retry-delay 6 --retry-all-errors "${SMOKE_URL:?names no address}"
