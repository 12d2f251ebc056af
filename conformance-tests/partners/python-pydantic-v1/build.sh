#!/usr/bin/env bash
set -euo pipefail
rm -rf generated venv
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g python-pydantic-v1 -i openapi.yaml -o generated \
  --additional-properties packageName=adraa_inbox
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
MYPYPATH=generated venv/bin/mypy --follow-imports=silent partner.py conversation.py
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
