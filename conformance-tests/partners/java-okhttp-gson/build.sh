#!/usr/bin/env bash
exec bash generate.sh okhttp-gson
