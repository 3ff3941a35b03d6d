# What a student signs with: on a desktop it is there, in a minimal system it is not.
apt-get install -y --no-install-recommends openssh-client
