#!/bin/sh
set -eu
sha256sum "$1" | cut -c1-12
