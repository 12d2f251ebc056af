#!/usr/bin/env bash
# Generates the client with a library of the generator and compiles it with the program.
set -euo pipefail
rm -rf generated target
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g kotlin --library "$@" \
  -i openapi.yaml -o generated --enum-name-mappings name=byName
# Maven would take the options in the .mvn of a folder above.
mkdir -p .mvn
mvn --batch-mode --no-transfer-progress package
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
