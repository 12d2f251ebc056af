#!/usr/bin/env bash
set -euo pipefail
perl -mClass::Accessor -mClass::Data::Inheritable -mDate::Parse -mDateTime -mJSON -mLog::Any \
  -mLWP::UserAgent -mModule::Runtime -mURI::Query -e 1 || {
  echo "Perl lacks a module of the generated client: see the Debian packages in .ci/run" >&2
  exit 77
}
rm -rf generated
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" generate -g perl -i openapi.yaml -o generated
perl -w -I generated/lib -c partner.pl
"$JAVA_HOME/bin/java" -jar "$OPENAPI_GENERATOR_JAR" version >generator-version
