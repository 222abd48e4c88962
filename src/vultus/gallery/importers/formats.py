"""The formats by name, which of them a source is, and the scripts for what cannot be read safely."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from vultus.errors import InputError, UnknownNameError
from vultus.gallery.importers import compreface, deepface, face_recognition, folder
from vultus.gallery.importers.entry import Format

# In the order in which a source is offered to them: what looks at content first, the plain folder last.
FORMATS: dict[str, Format] = {"deepface": deepface, "compreface": compreface, "face_recognition": face_recognition, "folder": folder}
RECIPES = ("face_recognition", "deepface", "compreface")


def format_of(source: Path, kind: str | None) -> str:
    """The name of the format: the one asked for, or the first that recognises the source. Raises InputError."""
    if kind is not None and kind not in FORMATS:
        raise UnknownNameError("format", kind, FORMATS)
    if not source.exists():
        raise InputError("SOURCE", expected="a file or folder", got=f"{source}, which does not exist")
    if kind is not None:
        return kind
    for name, reader in FORMATS.items():
        if reader.recognises(source):
            return name
    raise InputError("SOURCE", expected="a folder, a zip, an .npz or a .json of " + ", ".join(FORMATS), got=source.name,
                     hint="say which with --from, or enrol pictures:  vultus enroll NAME FILES")


def recipe(kind: str) -> str:
    """A script for the user's old environment that writes what the format keeps without pickle."""
    if kind not in RECIPES:
        raise UnknownNameError("recipe", kind, RECIPES)
    return (resources.files("vultus.gallery.importers") / "recipes" / f"{kind}.txt").read_text("utf-8")
