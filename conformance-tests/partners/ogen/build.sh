#!/usr/bin/env bash
set -euo pipefail
rm -rf inbox
go tool ogen -target inbox -package inbox openapi.yaml
go vet ./...
go build -buildvcs=false -o crm .
go tool ogen -version | sed 's/^ogen version \([^ ]*\).*/\1/' >generator-version
