"""Where images lie: the folder, and the pool that libvirt makes of it."""

from __future__ import annotations

from shlex import quote

from checks.commands import virsh
from checks.domain_disks import IMAGES
from tutor.doctor.findings import advice, problem
from tutor.doctor.needs import Needs
from tutor.doctor.registry import Answers, NotApplicable, probe
from tutor.host.files import file_status
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.storage import Pool, pools
from tutor.host.reach import way
from tutor.host.xml import parse
from tutor.text import text

POOL = "default"


@probe("images-folder", after=("daemon",))
def images_folder(host: Host, _needs: Needs) -> Answers:
    """The folder for images is there, and QEMU gets into it."""
    why = text("QEMU runs as an account of its own, and opens images as that.")
    found = host.ask(way(f"{IMAGES}/image"))
    closed = [step["path"] for step in found["steps"] if not step["passable"]]
    if closed:
        yield problem(
            "images-closed",
            text("{user} gets no further than {path}", user=found["user"] or "-", path=closed[0]),
            why=why,
            hint=text("A folder can be passed through by whom it gives x; listing it is another right."),
            fix=[f"sudo chmod o+x {quote(path)}" for path in closed],
        )
        return
    folder = host.ask(file_status(IMAGES))
    if folder is None or folder["kind"] != "directory":
        what = text("there is no folder {path}", path=IMAGES)
        yield problem("images-missing", what, why=why, fix=[f"sudo install -d -m 0711 {IMAGES}"])
        return
    yield text("{user} gets into {path}", user=found["user"] or "-", path=IMAGES)


@probe("pool", after=("access",))
def default_pool(host: Host, _needs: Needs) -> Answers:
    """The storage pool default, where there is one, is active and stays so."""
    found = next((pool for pool in host.ask(pools(SYSTEM)) if pool["name"] == POOL), None)
    if found is None:
        raise NotApplicable(text("there is none yet; the first virt-install makes it"))
    yield from _state(host, found)
    target = parse(found["inactive_xml"]).findtext("target/path") or "-"
    if target.rstrip("/") != IMAGES:
        yield advice(
            "pool-elsewhere",
            text("its images lie in {path}, not in {usual}", path=target, usual=IMAGES),
            why=text("Commands of the course that name the folder make files that the pool does not have."),
        )
    yield text("active, at {path}", path=target)


def _state(host: Host, found: Pool) -> Answers:
    why = text("virt-install puts new images into this pool, and libvirt reads none while it is stopped.")
    if not found["active"]:
        what = text("it is defined, but not started")
        yield problem("pool-inactive", what, why=why, fix=[virsh(host, "pool-start", POOL)])
    if found["persistent"] and not found["autostart"]:
        what = text("it is not marked for autostart")
        yield advice("pool-no-autostart", what, why=why, fix=[virsh(host, "pool-autostart", POOL)])
