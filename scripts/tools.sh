# Sourced by scripts/test and scripts/proof: programs that tests drive and Debian has. Whoever is not root there installs them himself.

headless=chromium-headless-shell  # Chromium without its windows: half the time of every page

find_chromium() {
  local name
  for name in "${CHROMIUM:-}" "$headless" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name" 2>/dev/null; then return; fi
  done
  return 1
}

install_chromium() {
  [ -z "${CHROMIUM:-}" ] && ! command -v "$headless" >/dev/null 2>&1 || return 0
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing Chromium for the browser tests ..."
    { apt-get update -qq && { from_debian "$headless" || find_chromium >/dev/null || from_debian chromium; }; } >&2 || true
  fi
}

install_softhsm() {  # the device of tests/softhsm.py, and what puts a process between (tests/remote_device.py)
  [ -z "${SOFTHSM2_MODULE:-}" ] && ! { command -v softhsm2-util && command -v p11-kit; } >/dev/null 2>&1 || return 0
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing SoftHSM and p11-kit for the tests of keys in a device ..."
    { apt-get update -qq && from_debian softhsm2 && from_debian p11-kit && from_debian p11-kit-modules; } >&2 || true
  fi
}

from_debian() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1"; }

# folder_in_memory: a new folder for what tests write, on which nothing waits for a disk; fails where memory is short.
folder_in_memory() {
  local kib_needed=6291456 available folder  # a full run writes less than 1 GiB; browsers and databases want theirs too
  available="$({ awk '/^MemAvailable:/ {print $2}' /proc/meminfo; df -Pk /dev/shm | awk 'NR==2 {print $4}'; } 2>/dev/null | sort -n | head -n 1)"
  [ "${available:-0}" -ge "$kib_needed" ] && folder="$(mktemp -d /dev/shm/hpid-tests.XXXXXX 2>/dev/null)" || return 1
  printf '#!/bin/sh\n' > "$folder/program" && chmod +x "$folder/program"
  if "$folder/program" 2>/dev/null; then rm "$folder/program"; printf '%s' "$folder"; else rm -rf "$folder"; return 1; fi
}
