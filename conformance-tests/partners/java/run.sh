#!/usr/bin/env bash
exec "$JAVA_HOME/bin/java" \
  -cp "classes:generated/target/openapi-java-client-1.0.0.jar:generated/target/lib/*" Partner
