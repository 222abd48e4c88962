"""CompreFace: a folder or zip with what its REST interface lists, and the pictures that it gives out.

CompreFace has no export of its own. Source: its REST API description 1.2: GET /api/v1/recognition/subjects gives {"subjects": [name]},
GET /api/v1/recognition/faces pages of {"faces": [{"image_id", "subject"}], "page_number", ...}, and GET
/api/v1/recognition/faces/<image_id>/img a picture, no bytes where there is none. `recipe` prints a script that saves these as
`subjects.json`, `faces.json` or `faces*.json` (a page or a list of pages) and `<image_id>.jpg`, in any sub-folder. Zips of one sub-folder a
person are taken too.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from vultus.data.picture_files import PictureFile, find_pictures
from vultus.errors import InputError
from vultus.gallery.importers import folder
from vultus.gallery.importers.archive import unpack
from vultus.gallery.importers.entry import Entry, Refused
from vultus.gallery.importers.plain_file import array_names, first_bytes, read_json

_DUMP = (b"PGDMP", b"--\n-- PostgreSQL")
_HINT = "save subjects and pictures from the running server:  vultus import --recipe compreface"


def recognises(source: Path) -> bool:
    if source.is_dir():
        return any(source.rglob("faces*.json"))
    return first_bytes(source, 16).startswith(_DUMP) or (zipfile.is_zipfile(source) and not array_names(source))


def read(source: Path, room: Path) -> Iterator[Entry | Refused]:
    if first_bytes(source, 16).startswith(_DUMP):
        raise InputError("SOURCE", expected="a folder or zip of subjects and pictures", got=f"{source.name}, a database dump", hint=_HINT)
    if source.is_dir():
        return _entries(source, source, str(source))
    if not zipfile.is_zipfile(source):
        raise InputError("SOURCE", expected="a folder or zip of subjects and pictures", got=f"{source.name}, something else", hint=_HINT)
    left_out = unpack(source, room)
    return chain(left_out, _entries(source, room, str(source)))


def _entries(source: Path, root: Path, shown: str) -> Iterator[Entry | Refused]:
    pages = sorted(root.rglob("faces*.json"))
    if not pages:
        if root == source:
            raise InputError("SOURCE", expected="faces.json beside the pictures", got=f"{source} without it", hint=_HINT)
        try:
            return _relabelled(folder.read(_inner(root), root), root, shown)
        except InputError as error:
            raise InputError("SOURCE", expected=error.expected, got=f"{shown} without either") from None
    faces = [face for page in pages for face in _faces(page)]
    subjects = [name for file in sorted(root.rglob("subjects*.json")) for name in _subjects(file)]
    return _listed(faces, subjects, root, shown)


def _inner(root: Path) -> Path:
    """The folder that holds the people: zips often wrap everything into one more folder."""
    inside = [entry for entry in root.iterdir() if not entry.name.startswith((".", "__MACOSX"))]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() and any(e.is_dir() for e in inside[0].iterdir()) else root


def _relabelled(entries: Iterator[Entry | Refused], root: Path, shown: str) -> Iterator[Entry | Refused]:
    """The same entries, with the archive's name in place of the folder it was unpacked to."""
    for entry in entries:
        path = shown + entry.path.removeprefix(str(root))
        if isinstance(entry, Refused) or entry.picture is None:
            yield Refused(path, entry.name, entry.reason if isinstance(entry, Refused) else "no_picture: nothing to enrol from")
        else:
            yield Entry(entry.name, path, PictureFile(path, entry.picture.file, entry.picture.error))


def _faces(page: Path) -> list[tuple[str, str]]:
    """(image_id, subject) of every face of a page, or of a list of pages."""
    record = read_json(page)
    rows: list[tuple[str, str]] = []
    for part in record if isinstance(record, list) else [record]:
        faces = part.get("faces") if isinstance(part, dict) else None
        if not isinstance(faces, list) or not all(_is_face(face) for face in faces):
            raise InputError(page.name, expected='{"faces": [{"image_id", "subject"}, ...]}', got="another document", hint=_HINT)
        rows += [(face["image_id"], face["subject"]) for face in faces]
    return rows


def _is_face(face: Any) -> bool:
    return isinstance(face, dict) and all(isinstance(face.get(key), str) for key in ("image_id", "subject"))


def _subjects(file: Path) -> list[str]:
    record = read_json(file)
    names = record.get("subjects") if isinstance(record, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError(file.name, expected='{"subjects": [name, ...]}', got="another document", hint=_HINT)
    return names


def _listed(faces: list[tuple[str, str]], subjects: list[str], root: Path, shown: str) -> Iterator[Entry | Refused]:
    pictures = {Path(picture.path).stem: picture.file for picture in find_pictures([root])}
    for image_id, subject in sorted(set(faces), key=lambda face: (face[1], face[0])):
        file = pictures.pop(image_id, None)
        if file is None or not file.stat().st_size:
            yield Refused(f"{shown}/{image_id}", subject, "no_picture: the export lists this face without a picture; CompreFace keeps none "
                          "when it runs with save_images_to_db=false")
        else:
            path = shown + str(file).removeprefix(str(root))
            yield Entry(subject, path, PictureFile(path, file))
    for name in sorted(set(subjects) - {subject for _, subject in faces}):
        yield Refused(shown, name, "no_picture: the export lists this subject without a face")
    for file in sorted(pictures.values()):
        yield Refused(shown + str(file).removeprefix(str(root)), "", "no_name: faces.json does not say who this is")
