#!/bin/sh
# Chromium and Chinese fonts for the browser journeys. Without the right to install, the journeys say so and are left out.
set -eu
if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "test: no Chromium and no apt-get here: the browser journeys will be left out"; exit 0
fi
if [ "$(id -u)" = 0 ]; then as_root=""; elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo -n"; else
  echo "test: no Chromium and no right to install it: the browser journeys will be left out"; exit 0
fi
echo "test: installing Chromium and Chinese fonts from the system's packages"
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq chromium fonts-noto-cjk >/dev/null
