#!/usr/bin/env bash
exec build/partner
