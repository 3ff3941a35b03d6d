"""A student's own computer, in which the student makes sandboxes: systemd, sudo, an ordinary user.

It is a machine of the tests'. The images of its sandboxes are this host's, shown read-only; nothing is built.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from tests.machine.checkout import PROJECT
from tutor.sandbox.application import _keys, application
from tutor.sandbox.building import recipe, run_recipe
from tutor.sandbox.cache import digest, obtain
from tutor.sandbox.container import Container
from tutor.sandbox.images import SUITE, Image, image, key
from tutor.sandbox.machines import Machine
from tutor.sandbox.running import claimed
from tutor.sandbox.sources import Checkout

_HERE = Path(__file__).parent
#: Where the laptop has the checkout, root's cache, and sandboxes: an overlay lies on no other overlay.
CHECKOUT, CACHE, SANDBOXES = "/srv/checkout", "/root/.cache/libvirt-tutor/machines", "/run/sandboxes"
TUTOR = (
    f"env PYTHONPATH={CHECKOUT} TUTOR_SANDBOX_DIR={SANDBOXES} PYTHONDONTWRITEBYTECODE=1 "
    "/opt/tutor/bin/python -m tutor --lang en sandbox"
)


@contextlib.contextmanager
def laptop() -> Iterator[Machine]:
    """Boot one.

    :raises MachineError: it cannot be built or booted.
    """
    below, top = image("base"), laptop_layer()
    source = Checkout(PROJECT)
    tool = application(source)
    # Known to be there, so that nobody makes it anew.
    dependencies = tool.with_name(f"dependencies.{SUITE}@{_keys(source, SUITE)[1]}")
    origin = Image("laptop", SUITE, (top, *below.layers))
    lent = [*image("bare").layers, tool, dependencies]
    binds = {PROJECT: CHECKOUT, **{layer: f"/srv/images/{layer.name}" for layer in lent}}
    name = f"laptop-{secrets.token_hex(4)}"
    with claimed(name, [*origin.layers, *lent]) as directory:
        container = Container(name, origin.layers, directory, binds=binds)
        try:
            container.power_on()
            machine = Machine(origin, container)
            own = f"mount --bind /srv/images/{tool.name} /opt/tutor"
            machine.run(f"mkdir -p {CACHE}; ln -s /srv/images/* {CACHE}/; {own}", user="root", check=True)
            yield machine
        finally:
            container.power_off()


def laptop_layer() -> Path:
    """Return what a laptop has on top of Debian, made where it is missing."""
    wanted = digest(recipe("laptop", _HERE), key("base", SUITE))
    return obtain(f"laptop.{SUITE}", wanted, _build)


def _build(scratch: Path) -> None:
    run_recipe(recipe("laptop", _HERE), image("base").layers, scratch)
