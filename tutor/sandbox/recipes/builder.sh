# What is needed to build the tool's environment and the practice guest; no student ever sees it.

apt-get install -y --no-install-recommends \
    gcc libc6-dev pkg-config python3-dev python3-venv libvirt-dev \
    busybox-static cpio isolinux syslinux-common xorriso xz-utils
apt-get clean
