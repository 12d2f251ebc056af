#!/usr/bin/env bash
exec php -d error_reporting=-1 -d display_errors=stderr partner.php
