"""Which pictures the demonstration uses: the packaged people who do not exist, or the user's folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vultus.data.rendered_people import people_below, rendered_people
from vultus.errors import InputError


@dataclass(frozen=True)
class Album:
    """Labelled pictures, sorted by person.

    Args:
        pictures: (person, path) pairs.
        virtual: the people do not exist.
        domain: name of the calibration to decide by, see `vultus.decide.packaged`.
    """

    pictures: tuple[tuple[str, Path], ...]
    virtual: bool
    domain: str

    @property
    def people(self) -> list[str]:
        return sorted({person for person, _ in self.pictures})


def packaged_people() -> Album:
    """Eight rendered people, four views each."""
    return Album(rendered_people(), virtual=True, domain="rendered")


def read_album(folder: Path) -> Album:
    """The user's pictures, one sub-folder a person. InputError when there are fewer than three people with two pictures."""
    if not folder.is_dir():
        raise InputError("--photos", expected="a folder that exists", got=str(folder))
    pictures = people_below(folder)
    several = {person for person, _ in pictures if sum(p == person for p, _ in pictures) > 1}
    if len(several) < 3:
        raise InputError("--photos", expected="one sub-folder a person, at least three people with two pictures or more",
                         got=f"{len(several)} such people in {folder}")
    return Album(tuple((person, path) for person, path in pictures if person in several), virtual=False, domain="photographs")

