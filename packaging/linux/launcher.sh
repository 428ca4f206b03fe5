#!/bin/sh
# Starts the program beside it; on a system that is too old it says so in words, where the program could only fail.
needed=@GLIBC@
here=$(readlink -f "$0" 2>/dev/null) || here=$0
case $here in */*) here=${here%/*} ;; *) here=. ;; esac

found=$(getconf GNU_LIBC_VERSION 2>/dev/null)
found=${found#glibc }
case $found in
2.*)
  if [ "${found#2.}" -lt "${needed#2.}" ] 2>/dev/null; then
    case ${LC_ALL:-${LC_MESSAGES:-$LANG}} in
    fr*) words="uploader-gui ne fonctionne pas sur ce système : il lui faut la glibc $needed ou une version plus récente, et celui-ci a la $found. Une version plus récente de Linux (Debian 12, Ubuntu 22.04 ou ultérieur) convient." ;;
    *) words="uploader-gui does not run on this system: it needs glibc $needed or newer, and this one has $found. A newer Linux (Debian 12, Ubuntu 22.04 or later) will do." ;;
    esac
    printf '%s\n' "$words" >&2
    if [ -n "$DISPLAY$WAYLAND_DISPLAY" ] && [ ! -t 2 ]; then
      zenity --error --text="$words" 2>/dev/null || kdialog --error "$words" 2>/dev/null || xmessage "$words" 2>/dev/null
    fi
    exit 2
  fi
  ;;
esac
exec "$here/lib/uploader-gui" "$@"
