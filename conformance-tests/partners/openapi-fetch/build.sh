#!/usr/bin/env bash
set -euo pipefail
rm -rf generated dist
npm ci
npx openapi-typescript openapi.yaml --output generated/adraa-inbox.ts
npx tsc
npx openapi-typescript --version | tr -d v >generator-version
