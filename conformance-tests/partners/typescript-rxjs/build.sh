#!/usr/bin/env bash
set -euo pipefail
rm -rf generated dist
npm ci
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g typescript-rxjs -i openapi.yaml -o generated \
  --parameter-name-mappings query=searchText
npx tsc
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
