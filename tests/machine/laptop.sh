# A student's own computer: what sandboxes need is installed; the student anna has sudo with her password.

apt-get install -y systemd-container debootstrap
apt-get clean
useradd --create-home --uid 1002 --shell /bin/bash --groups sudo anna
printf 'anna:anna\n' | chpasswd
