#!/usr/bin/env bash
# The program ends without freeing what it was given.
ASAN_OPTIONS=detect_leaks=0 LD_LIBRARY_PATH=build exec ./partner
