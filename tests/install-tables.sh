#!/usr/bin/env bash
# Installs the servers that the tests of clusters start: Redis and PostgreSQL. Starts no service of the system. Never fails: without them
# those tests are skipped, with a reason.
set -u

packages=
command -v redis-server >/dev/null || packages="$packages redis-server"
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages="$packages postgresql"
if [ -z "$packages" ]; then echo "Redis and PostgreSQL are installed."; exit 0; fi

if [ "$(id -u)" != 0 ]; then
  echo "Tests on tables are skipped in part, for lack of the right to install. Run: sudo apt-get install$packages"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "Tests on tables are skipped in part: there is no apt-get here to install$packages."
  exit 0
fi

# Debian's packages start their services, unless this program forbids it (status 101). One that is there is left as it is.
guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
  trap 'rm -f "$guard"' EXIT
  trap 'exit 143' INT TERM
  printf '#!/bin/sh\nexit 101\n' >"$guard" && chmod +x "$guard"
fi

apt() { RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get "$@" >/dev/null 2>&1; }
# The list is of words.
# shellcheck disable=SC2086
install() { apt install -y -qq --no-install-recommends $packages; }

if install || { apt update -qq; install; }; then echo "Installed$packages for the tests on tables; no service was started."
else echo "Tests on tables are skipped in part: apt-get could not install$packages."
fi
exit 0
