#!/usr/bin/env bash
set -euo pipefail
rm -rf generated dist
npm ci
mkdir generated
npx openapi-zod-client openapi.yaml --output generated/adraa-inbox.ts
npx tsc
npx openapi-zod-client --version | sed 's|.*/\([^ ]*\) .*|\1|' >generator-version
