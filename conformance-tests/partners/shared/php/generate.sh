#!/usr/bin/env bash
# Generates the client, and checks the syntax of all files.
set -euo pipefail
php -r 'exit(stream_resolve_include_path("GuzzleHttp/autoload.php") && function_exists("mb_strlen") ? 0 : 1);' || {
  echo "PHP has no Guzzle or no mbstring: install php-guzzlehttp-guzzle and php-mbstring" >&2
  exit 77
}
rm -rf generated
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g "$1" -i openapi.yaml -o generated
find generated partner.php -name '*.php' -print0 |
  xargs -0 -n 1 php -d error_reporting=-1 -d display_errors=stderr -l
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
