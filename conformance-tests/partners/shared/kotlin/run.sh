#!/usr/bin/env bash
exec "$JAVA_HOME/bin/java" -cp "target/classes:target/lib/*" PartnerKt
