#!/usr/bin/env bash
# Generates the client with a library of the generator, builds it with its own pom, and compiles the program.
set -euo pipefail
rm -rf generated classes
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g java --library "$@" \
  -i openapi.yaml -o generated --global-property apiTests=false,modelTests=false
# Maven would take the options in the .mvn of a folder above.
mkdir generated/.mvn
mvn --batch-mode --no-transfer-progress -f generated/pom.xml package \
  org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies \
  -DoutputDirectory=target/lib -Dmaven.javadoc.skip -Dmaven.source.skip -Dmaven.test.skip
"$JAVA_HOME/bin/javac" --release 17 -encoding UTF-8 -Xlint:all,-processing,-classfile -Werror \
  -cp "generated/target/classes:generated/target/lib/*" -d classes Partner.java Client.java
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
