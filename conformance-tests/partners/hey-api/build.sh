#!/usr/bin/env bash
set -euo pipefail
rm -rf generated dist
npm ci
npx openapi-ts --input openapi.yaml --output generated
npx tsc
npx openapi-ts --version >generator-version
