#!/usr/bin/env bash
set -euo pipefail
ruby -e 'require "faraday"; require "marcel"' 2>/dev/null || {
  echo "Ruby has no Faraday or no Marcel: install ruby-faraday and ruby-marcel" >&2
  exit 77
}
exec bash generate.sh faraday
