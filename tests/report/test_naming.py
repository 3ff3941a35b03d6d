"""What Canvas and Moodle write into names, and what a student may write after it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.report.naming import Origin, origin

NAMES = {
    # Canvas
    "smithbob_340934_208490284_s1.tutor": Origin("canvas", "340934", "smithbob", late=False),
    "smithbob_LATE_340934_208490284_s1.tutor": Origin("canvas", "340934", "smithbob", late=True),
    "smithbob_340934_208490284_s1-2.tutor": Origin("canvas", "340934", "smithbob", late=False),
    "öbergåsa_7_8_x.tutor": Origin("canvas", "7", "öbergåsa", late=False),
    "anon_a1b2c_LATE_208490284_s1.tutor": Origin("canvas", "anon_a1b2c", "", late=True),
    # Moodle, with folders (old and new) and without
    "Anna Berg_1234567_assignsubmission_file/s1.tutor": Origin("moodle", "1234567", "Anna Berg", late=False),
    "Anna Berg_1234567_assignsubmission_file_/s1.tutor": Origin("moodle", "1234567", "Anna Berg", late=False),
    "Anna Berg_1234567_assignsubmission_file_s1.tutor": Origin("moodle", "1234567", "Anna Berg", late=False),
    "Participant_12_assignsubmission_file/a/b.tutor": Origin("moodle", "12", "Participant", late=False),
    # What a student chose does not count
    "smithbob_LATE_1_2_dahldag_3_4_x.tutor": Origin("canvas", "1", "smithbob", late=True),
    "Bo Ek_1_assignsubmission_file/Li Ros_2_assignsubmission_file/x.tutor": Origin(
        "moodle", "1", "Bo Ek", late=False
    ),
    "Bo Ek_1_assignsubmission_file_Li Ros_2_assignsubmission_file_x.tutor": Origin(
        "moodle", "1", "Bo Ek", late=False
    ),
    # Neither
    "s1.tutor": None,
    "my_hand_in.tutor": None,
    "a/b/c.tutor": None,
    "Anna_onlinetext.html": None,
}


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    assert origin(name) == NAMES[name]


@given(st.text(max_size=80))
def test_any_name(name: str) -> None:
    found = origin(name)
    assert found is None or found.account


@given(
    st.text(st.characters(exclude_characters="_/\n", exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.text(st.characters(exclude_characters="/\n"), min_size=1, max_size=40),
    st.booleans(),
)
def test_what_canvas_writes_is_read_back(who: str, user: int, file: int, name: str, late: bool) -> None:
    found = origin(f"{who}{'_LATE' if late else ''}_{user}_{file}_{name}")
    if "assignsubmission_file" not in name:
        assert found == Origin("canvas", str(user), who, late) or who == "anon"
