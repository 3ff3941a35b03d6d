"""What is made once: made whole, made again for a new recipe, never taken from under a running machine."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

import pytest

from tutor.sandbox import cache

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_MACHINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "GRACE_SECONDS", -1.0)


def _build(scratch: Path) -> None:
    (scratch / "tree").mkdir()
    (scratch / "tree" / "file").write_text("built")


def _must_not_build(scratch: Path) -> None:
    pytest.fail(f"built again in {scratch}")


def _break(scratch: Path) -> None:
    _build(scratch)
    raise OSError("no space")


def test_the_same_recipe_is_built_once() -> None:
    first = cache.obtain("image", "one", _build)
    assert cache.obtain("image", "one", _must_not_build) == first
    assert (first / "file").read_text() == "built"


def test_a_half_built_one_is_never_used() -> None:
    with pytest.raises(OSError, match="no space"):
        cache.obtain("image", "one", _break)
    assert not [path for path in cache.cache_directory().iterdir() if path.is_dir()]
    assert (cache.obtain("image", "one", _build) / "file").exists()


def test_what_a_killed_build_left_is_thrown_away() -> None:
    left = cache.cache_directory() / "image@one.building" / "tree"
    left.mkdir(parents=True)
    (left / "half").touch()
    assert [path.name for path in cache.obtain("image", "one", _build).iterdir()] == ["file"]


def test_a_new_recipe_replaces_the_old() -> None:
    old = cache.obtain("image", "one", _build)
    other = cache.obtain("image-two", "one", _build)
    new = cache.obtain("image", "two", _build)
    assert not old.exists()
    assert new.exists()
    assert other.exists()


def test_the_old_one_stays_while_a_machine_stands_on_it() -> None:
    old = cache.obtain("image", "one", _build)
    with cache.locked(cache.in_use(old), fcntl.LOCK_SH):
        cache.obtain("image", "two", _build)
        assert old.exists()
    cache.obtain("image", "three", _build)
    assert not old.exists()


def test_the_old_one_stays_while_it_may_be_about_to_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "GRACE_SECONDS", 60.0)
    old = cache.obtain("image", "one", _build)
    cache.obtain("image", "two", _build)
    assert old.exists()


def test_the_old_one_stays_while_a_sandbox_stands_on_it(tmp_path: Path) -> None:
    old = cache.obtain("image", "one", _build)
    sandbox = tmp_path / "sandbox"
    sandbox.mkdir()
    cache.pin(sandbox, [old])
    new = cache.obtain("image", "two", _build)
    assert old.exists()
    cache.pin(sandbox, [new])
    cache.obtain("image", "three", _build)
    assert not old.exists()
    assert new.exists()
    sandbox.rmdir()  # gone without letting go
    assert cache.remove_unused() == ["image@three", "image@two"]


def test_what_is_in_use_is_not_unused() -> None:
    image = cache.obtain("image", "one", _build)
    with cache.locked(cache.in_use(image), fcntl.LOCK_SH):
        assert cache.remove_unused() == []
    assert cache.remove_unused() == ["image@one"]
    assert not image.exists()


def test_a_digest_tells_parts_and_order_apart() -> None:
    assert len({cache.digest(*parts) for parts in (["ab"], ["a", "b"], ["b", "a"], ["ab", ""])}) == 4
    assert cache.digest("ab", "c") == cache.digest("ab", "c")
