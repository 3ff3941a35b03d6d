# The tool's own wheel, and those of packages of checks, on top of the dependencies: built from the trees that
# are brought instead of one; nothing is downloaded.

pip='/opt/wheel-builder/bin/python -m pip'
for tree in /mnt/sources/*; do
    [ ! -d "$tree" ] || $pip wheel -q --no-deps --no-build-isolation -w /mnt/wheels "$tree"
done
$pip --python /opt/tutor/bin/python install -q --no-deps --no-index /mnt/wheels/*
cp -a /opt/tutor /mnt/out
