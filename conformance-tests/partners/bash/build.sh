#!/usr/bin/env bash
set -euo pipefail
rm -rf generated
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g bash -i openapi.yaml -o generated
bash -O extglob -n generated/client.sh
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
