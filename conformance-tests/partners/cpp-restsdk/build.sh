#!/usr/bin/env bash
set -euo pipefail
rm -rf generated build
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g cpp-restsdk -i openapi.yaml -o generated
# The headers of the REST SDK take longest: as one file, they are compiled once.
cmake -S . -B build -DCMAKE_BUILD_TYPE=None -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0
cmake --build build
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
