#!/usr/bin/env bash
set -euo pipefail
rm -rf generated target
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g kotlin --library jvm-okhttp4 \
  -i openapi.yaml -o generated
# Maven would take the options in the .mvn of a folder above.
mkdir -p .mvn
mvn --batch-mode --no-transfer-progress package
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
