#!/usr/bin/env bash
exec bash generate.sh php
