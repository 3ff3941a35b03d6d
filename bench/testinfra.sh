# Another program that the benchmark compares with: testinfra, with the pytest that it is a plugin of.

python3 -m venv --without-pip /opt/testinfra
python3 -m venv /opt/installer
/opt/installer/bin/python -m pip --python /opt/testinfra/bin/python install -q 'pytest-testinfra>=10.2'
mkdir -p /mnt/out
tar -C /opt -cf /mnt/out/testinfra.tar testinfra
/opt/testinfra/bin/python -c 'import importlib.metadata as m; print(m.version("pytest-testinfra"))' > /mnt/out/version
