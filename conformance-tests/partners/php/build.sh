#!/usr/bin/env bash
set -euo pipefail
rm -rf generated
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g php -i openapi.yaml -o generated
find generated/lib partner.php -name '*.php' -print0 |
  xargs -0 -n 1 php -d error_reporting=-1 -d display_errors=stderr -l
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
