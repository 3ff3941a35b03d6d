#!/bin/sh
# boot.sh LOWER DISK KEPT MACHINE_ID [CGROUP]... -- SYSTEMD-NSPAWN...
# Put the writable DISK over LOWER at DISK/root and become systemd-nspawn. The caller gives us a mount namespace
# of our own, so the mounts go with the last process of the machine. KEPT is yes or no: the disk is a directory
# that survives, or memory.
set -eu
lower=$1 disk=$2 kept=$3 identity=$4
shift 4
# Machines side by side must not share a control group: each has an init that believes the tree is its own.
while [ "$1" != -- ]; do
    echo $$ > "$1/cgroup.procs"
    shift
done
shift
[ "$kept" = yes ] || mount -t tmpfs -o mode=0755 tmpfs "$disk"
mkdir -p "$disk/upper" "$disk/work" "$disk/root"
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$disk/upper,workdir=$disk/work" "$disk/root"
[ -s "$disk/root/etc/machine-id" ] || echo "$identity" > "$disk/root/etc/machine-id"
exec "$@"
