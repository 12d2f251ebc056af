#!/usr/bin/env bash
set -euo pipefail
ruby -e 'require "typhoeus"' 2>/dev/null || {
  echo "Ruby has no Typhoeus: install ruby-typhoeus" >&2
  exit 77
}
exec bash generate.sh typhoeus
