"""The pictures of people who do not exist that ship with the package: eight people, four views each."""

from __future__ import annotations

from pathlib import Path

from vultus.data.picture_files import find_pictures

FOLDER = Path(__file__).with_name("demo_people")


def people_below(folder: Path) -> tuple[tuple[str, Path], ...]:
    """(person, picture) pairs of a folder with one sub-folder a person, sorted."""
    return tuple((person.name, picture.file) for person in sorted(folder.iterdir()) if person.is_dir()
                 for picture in find_pictures([person]))


def rendered_people() -> tuple[tuple[str, Path], ...]:
    """(person, picture) pairs of the packaged people."""
    return people_below(FOLDER)
