#!/usr/bin/env bash
exec bash partner.sh
