# A guest that boots in seconds under pure emulation: Debian's cloud kernel, BusyBox, and nothing else.
# Leaves vmlinuz, initrd and installer.iso in /mnt/out.

cd /tmp
kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9]\)/\1/p')
apt-get download "$kernel"
dpkg -x "$kernel"_*.deb kernel
release=$(ls kernel/boot/vmlinuz-*)
release=${release#kernel/boot/vmlinuz-}
# From Debian 13 on the modules lie in /usr/lib only; modprobe wants them in /lib.
[ -e kernel/lib ] || ln -s usr/lib kernel/lib
depmod -b kernel "$release"

mkdir -p root/bin root/modules root/proc root/sys root/dev root/var/log root/var/run
cp /usr/bin/busybox root/bin/busybox 2>/dev/null || cp /bin/busybox root/bin/busybox
for module in virtio_pci virtio_blk virtio_net button evdev; do
    modprobe -d kernel -S "$release" --ignore-install --show-depends "$module" | sed -n 's/^insmod //p'
done | awk '!seen[$1]++ {print $1}' > files
while read -r file; do
    name=$(basename "$file" .xz)
    case $file in
        *.xz) xz -dc "$file" > "root/modules/$name" ;;
        *) cp "$file" "root/modules/$name" ;;
    esac
    echo "$name" >> root/modules/order
done < files

cat > root/init <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do
    insmod "/modules/$module"
done < /modules/order
ip link set lo up
for card in /sys/class/net/eth*; do
    [ -e "$card" ] || continue
    card=${card##*/}
    ip link set "$card" up
    udhcpc -i "$card" -s /lease -t 5 -T 1 -A 2 -b &
done
# `virsh shutdown` presses the power button.
acpid -f -c /acpi &
echo practice guest ready
while :; do
    nc -ll -p 22 -e echo SSH-2.0-practice
done
INIT
cat > root/lease <<'LEASE'
#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip address flush dev "$interface"
ip address add "$ip/$mask" dev "$interface"
[ -z "$router" ] || ip route replace default via "${router%% *}"
LEASE
mkdir -p root/acpi/PWRF
printf '#!/bin/sh\npoweroff -f\n' > root/acpi/PWRF/00000080
chmod 0755 root/init root/lease root/acpi/PWRF/00000080

mkdir -p /mnt/out disc/isolinux
cp "kernel/boot/vmlinuz-$release" /mnt/out/vmlinuz
(cd root && find . | cpio --quiet -o -H newc | gzip -9) > /mnt/out/initrd
cp /mnt/out/vmlinuz /mnt/out/initrd disc/
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 disc/isolinux/
# On a busy host, emulation is late: a kernel that looks for its timer does not find it, and panics ("IO-APIC +
# timer doesn't work"). And QEMU 10.0 falls ("iotlb_to_section: Assertion failed", its issue 1921) where one
# processor boots while another one runs. So the kernel takes its timer for granted, and one processor.
cat > disc/isolinux/isolinux.cfg <<'CONFIG'
default practice
label practice
  kernel /vmlinuz
  append initrd=/initrd console=ttyS0 quiet no_timer_check maxcpus=1
CONFIG
xorriso -as mkisofs -quiet -V PRACTICE -o /mnt/out/installer.iso -b isolinux/isolinux.bin -c isolinux/boot.cat \
    -no-emul-boot -boot-load-size 4 -boot-info-table disc
