#!/usr/bin/env bash
set -euo pipefail
rm -rf generated dist
npm ci
mkdir generated
npx oazapfts openapi.yaml generated/adraa-inbox.ts
npx tsc
node -p 'JSON.parse(fs.readFileSync("node_modules/oazapfts/package.json")).version' >generator-version
