#!/usr/bin/env bash
set -euo pipefail
rm -rf generated dist
npm ci
npx swagger-typescript-api generate --path openapi.yaml --output generated --name adraa-inbox.ts
npx tsc
npx swagger-typescript-api --version >generator-version
