"""What a machine's tool is made of."""

from __future__ import annotations

from pathlib import Path

from tutor.sandbox.sources import Checkout


def test_noise_does_not_make_another_tool(tmp_path: Path) -> None:
    (tmp_path / "tutor" / "build").mkdir(parents=True)
    (tmp_path / "tutor" / "build" / "file.py").write_text("1")
    first = Checkout(tmp_path).digest()
    for noise in ("tests", ".git", "tutor/__pycache__"):
        (tmp_path / noise).mkdir()
        (tmp_path / noise / "file").write_text("2")
    assert Checkout(tmp_path).digest() == first
    (tmp_path / "tutor" / "build" / "file.py").write_text("3")
    assert Checkout(tmp_path).digest() != first
