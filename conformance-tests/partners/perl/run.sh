#!/usr/bin/env bash
exec perl -w -I generated/lib partner.pl
