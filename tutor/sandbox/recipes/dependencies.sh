# What the tool needs to run, at /opt/tutor, and what its wheel needs to be built, at /opt/wheel-builder.
# The first needs no pip of its own: the second installs into it.

python3 -m venv --without-pip /opt/tutor
python3 -m venv /opt/wheel-builder
/opt/wheel-builder/bin/python -m pip install -q wheel -r /mnt/build.txt
/opt/wheel-builder/bin/python -m pip --python /opt/tutor/bin/python install -q -r /mnt/runtime.txt
