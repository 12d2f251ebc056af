#!/usr/bin/env bash
exec bash generate.sh jvm-okhttp4
