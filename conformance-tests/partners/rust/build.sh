#!/usr/bin/env bash
set -euo pipefail
rm -rf inbox
generator=("$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR")
# The package has a version of its own, so that a new version of the contract does not change Cargo.lock.
"${generator[@]}" generate -g rust -i openapi.yaml -o inbox \
  --additional-properties=packageName=inbox,packageVersion=1.0.0,avoidBoxedModels=true
# Plain HTTP is enough here, and TLS takes long to compile. The folder is shared with other partners'
# builds, so that what they have in common is compiled once.
cargo build --locked --no-default-features --target-dir ../rust-target
"${generator[@]}" version >generator-version
