#!/usr/bin/env bash
set -euo pipefail
rm -rf inbox
generator=("$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR")
"${generator[@]}" generate -g go -i openapi.yaml -o inbox --global-property=apiTests=false \
  --additional-properties=packageName=inbox,withGoMod=false
go vet ./...
go build -buildvcs=false -o crm .
"${generator[@]}" version >generator-version
