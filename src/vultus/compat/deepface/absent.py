"""Names of DeepFace that are not here: each explains itself when it is called."""

from __future__ import annotations

from typing import Any, NoReturn

from vultus.errors import UnsupportedError

INSTEAD = {
    "register": "enrol people with vultus.enroll(name, pictures, gallery=FOLDER), which records consent and can erase",
    "search": "vultus.identify(pictures, gallery=FOLDER) searches enrolled people; find() searches a folder",
    "identify": "vultus.identify(pictures, gallery=FOLDER) searches enrolled people; verify() compares two pictures",
    "build_index": "galleries are searched exactly and need no index; see vultus.enroll and vultus.identify",
    "detectFace": "extract_faces(img_path) returns the faces of a picture",
    "cli": "the command is  vultus --help",
}


class Absent:
    """Stands for one function of DeepFace; calling it raises UnsupportedError with what to use in its place."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Absent({self.name!r})"

    def __call__(self, *args: Any, **options: Any) -> NoReturn:
        raise UnsupportedError(f"{self.name}() is not part of this look-alike: {INSTEAD[self.name]}")
