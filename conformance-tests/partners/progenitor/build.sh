#!/usr/bin/env bash
set -euo pipefail
# Plain HTTP is enough here, and TLS takes long to compile. The folder is shared with other partners'
# builds, so that what they have in common is compiled once.
cargo build --locked --no-default-features --target-dir ../rust-target
cargo pkgid progenitor | sed 's/.*[#@]//' >generator-version
