#!/usr/bin/env bash
# Generates the client with a library of the generator, and checks the syntax of all files.
set -euo pipefail
rm -rf generated
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g ruby --library "$1" \
  -i openapi.yaml -o generated
find generated/lib partner.rb -name '*.rb' -print0 | xargs -0 -n 1 ruby -wc
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
