#!/usr/bin/env bash
exec ruby -I generated/lib partner.rb
