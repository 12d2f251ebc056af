#!/usr/bin/env bash
set -euo pipefail
rm -rf generated dist
npm ci
npx kubb generate
npx tsc
npx kubb --version >generator-version
