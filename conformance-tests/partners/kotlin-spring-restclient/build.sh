#!/usr/bin/env bash
exec bash generate.sh jvm-spring-restclient \
  --additional-properties useSpringBoot4=true,serializationLibrary=jackson
