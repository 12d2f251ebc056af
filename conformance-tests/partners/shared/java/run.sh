#!/usr/bin/env bash
exec "$JAVA_HOME/bin/java" -cp "classes:generated/target/classes:generated/target/lib/*" Partner
