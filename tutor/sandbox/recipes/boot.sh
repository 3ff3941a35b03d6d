#!/bin/sh
# boot.sh RECORD LOWER DISK KEPT MACHINE_ID [CGROUP]... -- SYSTEMD-NSPAWN...
# Write into RECORD who we are: number, start (proc(5), the 22nd field), and the computer's boot.
# Put the writable DISK over LOWER at DISK/root and become systemd-nspawn. The caller gives us a mount namespace
# of our own, so the mounts go with the last process of the machine. KEPT is yes or no: the disk is a directory
# that survives, or memory.
set -eu
record=$1 lower=$2 disk=$3 kept=$4 identity=$5
shift 5
echo "$$ $(cut -d ' ' -f 22 "/proc/$$/stat") $(cat /proc/sys/kernel/random/boot_id)" > "$record.new"
mv "$record.new" "$record"
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
