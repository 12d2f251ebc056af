#!/usr/bin/env bash
set -euo pipefail
ruby -e 'require "typhoeus"' 2>/dev/null || {
  echo "Ruby has no Typhoeus: install ruby-typhoeus" >&2
  exit 77
}
rm -rf generated
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g ruby -i openapi.yaml -o generated
# For a key in a cookie the generator writes "in: ,", which is no Ruby: a cookie is a header, too.
sed -i "s/in: ,/in: 'header',/; s/key: 'adraa_session'/key: 'Cookie'/" \
  generated/lib/openapi_client/configuration.rb
find generated/lib partner.rb -name '*.rb' -print0 | xargs -0 -n 1 ruby -wc
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
