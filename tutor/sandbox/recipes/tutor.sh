# The checkout's own wheel on top of the dependencies; nothing is downloaded.

pip='/opt/wheel-builder/bin/python -m pip'
$pip wheel -q --no-deps --no-build-isolation -w /tmp/wheels /mnt/project
$pip --python /opt/tutor/bin/python install -q --no-deps --no-index /tmp/wheels/*
cp -a /opt/tutor /mnt/out
