#!/usr/bin/env bash
# Installs what the bundled worker's sessions need and the machine lacks: a browser, and fonts for Chinese, Japanese, Korean, Thai and emoji,
# which are boxes otherwise. Never fails the build: without a browser the workers are simulated.
set -u

browser=chromium-headless-shell
[ -x /usr/lib/chromium/chromium-headless-shell ] || [ -x /usr/lib/chromium/chromium ] && browser=
fonts=
has_font() { find /usr/share/fonts /usr/local/share/fonts -name "$1.*" 2>/dev/null | grep -q .; }
has_font NotoSansCJK-Regular || fonts="$fonts fonts-noto-cjk"
has_font NotoSansThai-Regular || fonts="$fonts fonts-noto-core"
has_font NotoColorEmoji || fonts="$fonts fonts-noto-color-emoji"
[ -n "$browser$fonts" ] || exit 0

if [ "$(id -u)" = 0 ]; then as_root=(env)
elif sudo -n true 2>/dev/null; then as_root=(sudo -n env)
else
  [ -z "$browser" ] || echo "No browser found, and no right to install one. For real browsers run: sudo apt-get install $browser" >&2
  [ -z "$fonts" ] || echo "Some scripts and emoji will be boxes in pages. To install their fonts run: sudo apt-get install$fonts" >&2
  exit 0
fi

apt() { "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get "$@" >/dev/null 2>&1; }

# install WHY PACKAGES
install() {
  local why=$1; shift
  echo "Installing $* ..."
  apt install -y -qq --no-install-recommends "$@" || { apt update -qq; apt install -y -qq --no-install-recommends "$@"; } ||
    echo "Could not install $* (apt-get failed). $why install by hand: apt-get install $*" >&2
}

[ -z "$browser" ] || install "For real browsers," $browser
[ -z "$fonts" ] || install "Without them some scripts and emoji are boxes in pages:" $fonts
exit 0
