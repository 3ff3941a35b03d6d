"""Which folders are watched for which paths."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tutor.watch.paths import ALL, plan
from tutor.watch.topics import folder, path

NAMES = st.sampled_from(["a", "b", "c", "*.xml"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda names: "/" + "/".join(names))


def test_a_path_is_watched_in_its_folder() -> None:
    found = plan([path("/home/ada/vm.xml")], {"/", "/home", "/home/ada"}.__contains__, str)
    assert found.touched("/home/ada", "vm.xml") == {path("/home/ada/vm.xml")}
    assert found.touched("/home/ada", "other") == frozenset()
    assert set(found.folders) == {"/home/ada"}


def test_what_is_not_there_yet_is_awaited_above() -> None:
    found = plan([path("/home/ada/.config/libvirt/x")], {"/", "/home", "/home/ada"}.__contains__, str)
    assert found.touched("/home/ada", ".config") == {path("/home/ada/.config/libvirt/x")}


def test_a_folder_is_watched_itself_and_in_the_one_above() -> None:
    found = plan([folder("/etc/x.d")], {"/", "/etc", "/etc/x.d"}.__contains__, str)
    assert found.touched("/etc/x.d", "anything") == {folder("/etc/x.d")}
    assert found.touched("/etc", "x.d") == {folder("/etc/x.d")}


def test_a_link_is_watched_at_both_ends(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    topic = path(f"{tmp_path}/link/file")
    found = plan([topic], os.path.isdir)
    assert found.touched(f"{tmp_path}/link", "file") == {topic}
    assert found.touched(f"{tmp_path}/real", "file") == {topic}


def test_other_topics_need_no_folder() -> None:
    assert plan([("domain", "x"), path("/a\0b")], os.path.isdir).folders == {}


@given(st.lists(PATHS, max_size=6), st.sets(PATHS, max_size=6))
def test_no_change_on_the_way_to_a_path_goes_unseen(wanted: list[str], there: set[str]) -> None:
    """Whatever is there: making or taking away the next part of a path touches it."""
    folders = {"/"} | {
        each[:end] for each in there for end in range(1, len(each) + 1) if each[end:][:1] in ("", "/")
    }
    found = plan(map(path, wanted), folders.__contains__, str)
    for each in wanted:
        parts = each.strip("/").split("/")
        deepest = max(number for number in range(len(parts)) if ("/" + "/".join(parts[:number])) in folders)
        # Where a folder above is missing, the ones below it cannot be there.
        whole = all(("/" + "/".join(parts[:number])) in folders for number in range(deepest + 1))
        if whole:
            above = "/" + "/".join(parts[:deepest])
            assert path(each) in found.touched(above, parts[deepest])
            assert path(each) in found.touched(above, ALL)
