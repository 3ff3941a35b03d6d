# A desktop just installed: Debian, Python, one student, and nothing of the course.

echo lab > /etc/hostname
# The name must resolve, or every sudo warns.
printf '127.0.0.1\tlocalhost\n127.0.1.1\tlab\n::1\tlocalhost ip6-localhost\n' > /etc/hosts
echo 'LANG=C.UTF-8' > /etc/default/locale

useradd --create-home --uid 1000 --shell /bin/bash --groups sudo student
useradd --create-home --uid 1001 --shell /bin/bash other
printf 'student:student\nother:other\n' | chpasswd
echo 'student ALL=(ALL:ALL) NOPASSWD: ALL' > /etc/sudoers.d/student
chmod 0440 /etc/sudoers.d/student

# The tool itself is mounted at /opt/tutor when the machine boots.
mkdir -p /opt/tutor
ln -s /opt/tutor/bin/tutor /usr/local/bin/tutor

# Each machine gets an identity of its own when it first boots.
: > /etc/machine-id
mkdir -p /var/lib/dbus
ln -sf /etc/machine-id /var/lib/dbus/machine-id

# Nobody sits at the console. A nightly apt would hold the lock under a test; there is no ext4 to scrub.
systemctl mask console-getty.service getty.target apt-daily.timer apt-daily-upgrade.timer e2scrub_reap.service

# Recommended packages are followed where the course stands on them (those of libvirt, of virt-manager and
# of QEMU), not for the graphical stack below them: a third of the time and of the size.
cat > /etc/apt/apt.conf.d/80lab <<'CONF'
APT::Install-Recommends "false";
APT::Install-Recommends-Sections { "admin"; "otherosfs"; };
// qemu.conf is in place before the package that owns it; keep it without asking.
DPkg::Options { "--force-confold"; };
CONF
# QEMU's windows and its network disks would bring Mesa and Ceph along.
printf 'Package: qemu-system-gui qemu-block-extra\nPin: release *\nPin-Priority: -1\n' > /etc/apt/preferences.d/lab
# The machine is thrown away: its disk need not survive a power cut.
echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/lab

apt-get update
