#!/bin/sh
# layer.sh LOWER UPPER WORK ROOT EXCHANGE [SOURCE=TARGET]... -- COMMAND...
# Run COMMAND in a chroot of LOWER whose changes end up in UPPER. The caller gives us a mount namespace and a
# process namespace of our own: whatever happens, nothing stays mounted and nothing stays running.
set -eu
lower=$1 upper=$2 work=$3 root=$4 exchange=$5
shift 5
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$upper,workdir=$work" "$root"
mount -t proc proc "$root/proc"
mount --bind "$exchange" "$root/mnt"
while [ "$1" != -- ]; do
    source=${1%%=*} target=$root${1#*=}
    if [ -d "$source" ]; then mkdir -p "$target"; else [ -e "$target" ] || install -D /dev/null "$target"; fi
    mount --bind -o ro "$source" "$target"
    shift
done
shift
exec chroot "$root" "$@"
