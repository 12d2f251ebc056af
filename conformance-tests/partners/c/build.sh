#!/usr/bin/env bash
set -euo pipefail
curl-config --version >/dev/null || {
  echo "C has no libcurl: install libcurl4-openssl-dev" >&2
  exit 77
}
rm -rf generated build
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g c -i openapi.yaml -o generated
cmake -S generated -B build -DCMAKE_C_FLAGS=-fsanitize=address,undefined
cmake --build build --parallel 2
cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -fsanitize=address,undefined \
  -I generated/api partner.c build/libadraa_inbox_api.so -o partner
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
