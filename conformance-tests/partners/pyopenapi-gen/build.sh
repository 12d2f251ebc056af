#!/usr/bin/env bash
set -euo pipefail
rm -rf generated venv
if command -v pyenv >/dev/null; then
  PYENV_VERSION=$(pyenv latest 3)
  export PYENV_VERSION
fi
python3 -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { echo "Python 3.12 or later" >&2; exit 77; }
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
mkdir generated
venv/bin/pyopenapi-gen openapi.yaml --project-root generated --output-package adraa_inbox --force --no-postprocess
MYPYPATH=generated venv/bin/mypy --follow-imports=silent partner.py conversation.py
venv/bin/pip show pyopenapi-gen | sed -n 's/^Version: //p' >generator-version
