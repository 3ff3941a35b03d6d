# Every package of the course lies in apt's cache, so that the student's own `sudo apt install` works offline.

packages='qemu-kvm qemu-system-x86 qemu-utils virt-manager virtinst libvirt-daemon-system libvirt-clients
    bridge-utils virt-viewer nftables iptables libxml2-utils dnsmasq-base ovmf netcat-openbsd zsh fish'
# shellcheck disable=SC2086  # a list of words
apt-get install -y --download-only $packages
# One alone may choose other dependencies than all together.
for package in $packages; do
    apt-get install -y --download-only "$package"
done

# A machine inside a machine cannot hand control groups or AppArmor profiles to its guests.
mkdir -p /etc/libvirt
printf 'cgroup_controllers = [ ]\nsecurity_driver = "none"\n' > /etc/libvirt/qemu.conf

# The practice guest: a kernel to boot directly, and the same on a CD. libvirt's own directory for such files;
# the package sets its own mode when it comes.
install -D -m 0644 -t /var/lib/libvirt/boot /mnt/guest/vmlinuz /mnt/guest/initrd
install -D -m 0644 -t /srv/lab /mnt/guest/installer.iso
chmod 0755 /var/lib/libvirt /srv/lab
