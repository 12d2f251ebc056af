#!/usr/bin/env bash
set -euo pipefail
rm -rf inbox
mkdir inbox
go tool oapi-codegen -config oapi-codegen.yaml openapi.yaml
go vet ./...
go build -buildvcs=false -o crm .
go tool oapi-codegen -version | tail -n 1 >generator-version
