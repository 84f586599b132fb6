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

# Debian's packages start their service unless this program forbids it (status 101), and PostgreSQL's also makes a cluster of its own unless
# its settings forbid that.
guard=/usr/sbin/policy-rc.d own_guard= own_settings=
settings=/etc/postgresql-common/createcluster.conf
if [ ! -e "$guard" ] && printf '#!/bin/sh\nexit 101\n' >"$guard"; then own_guard=1; chmod +x "$guard"; fi
if [ ! -e "$settings" ] && mkdir -p "${settings%/*}" && echo "create_main_cluster = false" >"$settings"; then own_settings=1; fi
cleanup() {
  [ -z "$own_guard" ] || rm -f "$guard"
  [ -z "$own_settings" ] || rm -f "$settings"
}
trap cleanup EXIT

apt() { RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Options::=--force-confold "$@" >/dev/null 2>&1; }
install() { apt install -y -qq --no-install-recommends $packages; }

if install || { apt update -qq; install; }; then echo "Installed$packages for the tests on tables; no service was started."
else echo "Tests on tables are skipped in part: apt-get could not install$packages."
fi
exit 0
