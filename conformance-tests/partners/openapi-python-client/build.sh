#!/usr/bin/env bash
set -euo pipefail
rm -rf generated venv
python3 -m venv venv
# The generator formats with the ruff it brings.
PATH="$PWD/venv/bin:$PATH"
pip install --quiet --disable-pip-version-check -r requirements.txt
mkdir generated
openapi-python-client generate --path openapi.yaml --output-path generated/adraa_inbox \
  --meta none --fail-on-warning
MYPYPATH=generated mypy --strict generated/adraa_inbox partner.py conversation.py
openapi-python-client --version | sed 's/.*: //' >generator-version
