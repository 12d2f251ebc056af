#!/usr/bin/env bash
# Jersey's default connector sends PATCH by reflection.
exec "$JAVA_HOME/bin/java" --add-opens java.base/java.net=ALL-UNNAMED \
  -cp "classes:generated/target/classes:generated/target/lib/*" Partner
