#!/usr/bin/env bash
# ADRAA_CLIENT_CLASSPATH is what the client's Maven dependency brings, the client first.
set -euo pipefail
rm -rf classes META-INF
"$JAVA_HOME/bin/javac" --release 17 -encoding UTF-8 -Xlint:all -Werror \
  -cp "$ADRAA_CLIENT_CLASSPATH" -d classes Partner.java
"$JAVA_HOME/bin/jar" --extract --file "${ADRAA_CLIENT_CLASSPATH%%:*}" META-INF/maven
sed -n 's/^version=//p' META-INF/maven/*/*/pom.properties >generator-version
