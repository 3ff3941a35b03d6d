# The program that the benchmark compares with: goss as Debian packages it, a static binary, and nothing around it.

cd /tmp
apt-get download -qq goss || { apt-get update -qq; apt-get download -qq goss; }
dpkg-deb --extract goss_*.deb goss
mkdir -p /mnt/out
cp goss/usr/bin/goss /mnt/out/goss
dpkg-deb --field goss_*.deb Version > /mnt/out/version
