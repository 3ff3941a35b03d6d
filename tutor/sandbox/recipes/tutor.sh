# The tool's own wheel on top of the dependencies: built from a tree where none is brought; nothing is downloaded.

pip='/opt/wheel-builder/bin/python -m pip'
wheels=/mnt/wheels
if [ ! -d "$wheels" ]; then
    wheels=/tmp/wheels
    $pip wheel -q --no-deps --no-build-isolation -w "$wheels" /mnt/project
fi
$pip --python /opt/tutor/bin/python install -q --no-deps --no-index "$wheels"/*
cp -a /opt/tutor /mnt/out
