# The documents of libvirt's own tests, and the schemas of the same source, from Debian's source package.
# Leaves tests/ (XML files alone) and schemas/ in /mnt/out.

# The way to the sources is the way to the packages. The layer's own list is left as it is.
sed -n 's/^deb /deb-src /p' /etc/apt/sources.list > /tmp/sources.list
lists="-o Dir::Etc::sourcelist=/tmp/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::lists=/tmp/lists"
mkdir -p /tmp/lists/partial /tmp/source /mnt/out
apt-get $lists update
cd /tmp/source
# The upstream tarball alone: its digest is in the signed index, and its schemas are those that Debian installs.
apt-get $lists source --download-only --tar-only libvirt

# What unpacks is Python: the lowest layer has neither xz nor dpkg-source.
python3 - <<'PYTHON'
import glob, os, shutil, tarfile

(archive,) = glob.glob("libvirt_*.orig.tar.xz")
with tarfile.open(archive) as source:
    for member in source:
        folder, _, path = member.name.partition("/")
        schema = path.startswith("src/conf/schemas/") and path.endswith(".rng")
        document = path.startswith("tests/") and path.endswith(".xml")
        if member.isfile() and (schema or document):
            target = os.path.join("/mnt/out", "schemas/" + os.path.basename(path) if schema else path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with source.extractfile(member) as inside, open(target, "wb") as out:
                shutil.copyfileobj(inside, out)
with open("/mnt/out/version", "w") as out:
    out.write(archive.removesuffix(".orig.tar.xz") + "\n")
PYTHON
