"""What the learning platforms write into the names of the files that they hand out.

Canvas ("Download Submissions"): ``lastnamefirstname[_LATE]_USER_FILE_name.tutor``, where USER is Canvas' own
number of the user; a file of a later attempt has ``-1`` and so on before its suffix. Names hidden:
``anon_abc12[_LATE]_FILE_name``.

Moodle ("Download all submissions"; mod/assign/classes/downloader.php): a folder for each student,
``Full Name_PARTICIPANT_assignsubmission_file/name.tutor`` (older versions end the folder's name with ``_``);
without folders, ``Full Name_PARTICIPANT_assignsubmission_file_name.tutor``.
"""

from __future__ import annotations

import re
from typing import Literal

from tutor.dataclass import dataclass

_CANVAS = re.compile(r"(?P<name>[^_/]+)_(?P<late>LATE_)?(?P<account>[0-9]{1,18})_(?P<file>[0-9]{1,18})_.+")
_ANONYMOUS = re.compile(r"anon_(?P<account>[^_/]{1,20})_(?P<late>LATE_)?(?P<file>[0-9]{1,18})_.+")
_MOODLE = re.compile(r"(?P<name>[^_/]*)_(?P<account>[0-9]{1,18})_assignsubmission_file(?:_.*)?")


@dataclass(frozen=True, slots=True)
class Origin:
    """What the platform says of a file: whose it is, by its own numbers, and whether it was late."""

    platform: Literal["canvas", "moodle"]
    account: str
    name: str
    late: bool


def origin(path: str) -> Origin | None:
    """What a name in an archive, or in a folder that was unpacked from one, says; None where it says nothing.

    :param path: of the file, its folders included, with slashes.
    """
    *folders, file = path.split("/")
    for part in (*folders, file):  # the outermost first: what is inside a student's folder, the student named
        found = _MOODLE.fullmatch(part)
        if found:
            return Origin("moodle", found["account"], found["name"], late=False)
    found = _ANONYMOUS.fullmatch(file)
    if found:
        return Origin("canvas", f"anon_{found['account']}", "", late=found["late"] is not None)
    found = _CANVAS.fullmatch(file)
    if found:
        return Origin("canvas", found["account"], found["name"], late=found["late"] is not None)
    return None
