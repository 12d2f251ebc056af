#!/usr/bin/env bash
exec ./crm
