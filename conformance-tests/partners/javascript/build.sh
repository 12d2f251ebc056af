#!/usr/bin/env bash
set -euo pipefail
rm -rf generated dist
npm ci
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g javascript -i openapi.yaml -o generated \
  --additional-properties=usePromises=true
npx tsc
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
