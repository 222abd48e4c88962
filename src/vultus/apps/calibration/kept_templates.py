"""Templates of the user's pictures, kept in the output folder so that a second run does not compute them again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from vultus._version import __version__
from vultus.data.picture_files import find_pictures
from vultus.pipeline import Recogniser
from vultus.pipeline.face_table import FaceRows, read_table
from vultus.pipeline.represent_table import represent_table
from vultus.runtime.atomic_file import write_bytes

TABLE, FACTS = "templates.parquet", "templates.json"


def templates(arguments: Sequence[str], out: Path, recogniser: Recogniser,
              on_picture: Callable[[int], None]) -> tuple[FaceRows, dict[str, str]]:
    """All faces of pictures and the errors of the others; read back when pictures and recogniser are those of the last run.

    Args:
        arguments: files and folders.
        out: folder of the calibration; the table in it holds biometric templates.
        on_picture: called with the number of pictures that were just finished.
    """
    facts = "\n".join([__version__, str(recogniser.settings()), *(picture.facts() for picture in find_pictures(arguments))])
    digest = hashlib.sha256(facts.encode("utf-8", "surrogateescape")).hexdigest()
    table, note = out / TABLE, out / FACTS
    if not (table.is_file() and note.is_file() and note.read_text("utf-8", errors="replace") == _note(digest)):
        represent_table(arguments, table, recogniser, on_picture=on_picture)
        write_bytes(note, _note(digest).encode())
    return read_table(table)


def _note(digest: str) -> str:
    return json.dumps({"templates": TABLE, "made_from": digest}) + "\n"
