#!/usr/bin/env bash
exec "$JAVA_HOME/bin/java" -cp "classes:$ADRAA_CLIENT_CLASSPATH" Partner
