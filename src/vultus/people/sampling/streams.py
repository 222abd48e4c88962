"""One random stream for each name: what is drawn for one attribute never depends on what is drawn for another."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from vultus.errors import InputError

Seed = int | Sequence[int]


def stream(seed: Seed, *names: str | int) -> np.random.Generator:
    """A generator that depends on the seed and the names alone.

    The names become the spawn key of a NumPy `SeedSequence` through SHA-256, so that streams of different names are independent
    and a new attribute leaves all others as they were.

    Args:
        seed: one number or several, >= 0.
        names: what the stream is for; several are joined in order.

    Raises:
        InputError: a negative seed, or none.

    Example:
        >>> bool(stream(7, "skin").random() == stream(7, "skin").random() != stream(7, "hair").random())
        True
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy(seed), spawn_key=words(*names))))


def entropy(seed: Seed) -> list[int]:
    """The seed as a list of numbers >= 0; raises InputError where that is not possible."""
    parts = [int(seed)] if isinstance(seed, int | np.integer) else [int(each) for each in seed]
    if not parts or min(parts) < 0:
        raise InputError("seed", expected="a whole number >= 0, or several", got=repr(seed))
    return parts


def words(*names: str | int) -> tuple[int, ...]:
    """Four 32-bit words that stand for the names: 1-in-10**38 chance that two names share them."""
    digest = hashlib.sha256("\x1f".join(map(str, names)).encode()).digest()
    return tuple(int.from_bytes(digest[i:i + 4], "little") for i in range(0, 16, 4))
