#!/usr/bin/env bash
exec ../rust-target/debug/crm-openapi-generator
