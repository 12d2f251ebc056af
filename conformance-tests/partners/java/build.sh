#!/usr/bin/env bash
set -euo pipefail
rm -rf generated classes
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g java --library native \
  -i openapi.yaml -o generated --global-property apiTests=false,modelTests=false
# Maven would take the options in the .mvn of a folder above.
mkdir generated/.mvn
mvn --batch-mode --no-transfer-progress -f generated/pom.xml package \
  -Dmaven.javadoc.skip -Dmaven.source.skip
"$JAVA_HOME/bin/javac" --release 17 -encoding UTF-8 -Xlint:all -Werror \
  -cp "generated/target/openapi-java-client-1.0.0.jar:generated/target/lib/*" \
  -d classes Partner.java
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
