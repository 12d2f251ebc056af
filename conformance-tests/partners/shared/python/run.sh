#!/usr/bin/env bash
PYTHONPATH=generated exec venv/bin/python partner.py
