#!/usr/bin/env bash
set -euo pipefail
curl --version | sed -n '1s/^curl \([^ ]*\).*/\1/p' >generator-version
