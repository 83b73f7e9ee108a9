#!/usr/bin/env bash
# Installs the Debian packages that the system tests drive, if one of them is missing.
set -euo pipefail

packages=(chromium mosquitto tmux) # each is named like the program it brings

missing=()
for package in "${packages[@]}"; do
    command -v "$package" >/dev/null || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0

echo "Installing for the system tests: ${missing[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${missing[@]}" >/dev/null
