#!/usr/bin/env bash
set -euo pipefail
rm -rf generated dist
npm ci
npx orval
npx tsc
npx orval --version >generator-version
