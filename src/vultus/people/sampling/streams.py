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


def rank(seed: Seed, *names: str | int) -> float:
    """One number, uniform on the open interval 0..1, that depends on the seed and the names alone: 53 bits of their SHA-256.
    As independent as a stream of its own, and ten times as fast to make.

    Example:
        >>> 0 < rank(7, "skin") < 1, rank(7, "skin") == rank([7], "skin") != rank(7, "hair")
        (True, True)
    """
    text = "\x1f".join((*map(str, entropy(seed)), "rank", *map(str, names)))
    return ((int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 11) + 0.5) / (1 << 53)


def entropy(seed: Seed) -> list[int]:
    """The seed as a list of numbers >= 0; raises InputError where that is not possible."""
    parts = [int(seed)] if isinstance(seed, int | np.integer) else [int(each) for each in seed]
    if not parts or min(parts) < 0:
        raise InputError("seed", expected="a whole number >= 0, or several", got=repr(seed))
    return parts


def words(*names: str | int) -> tuple[int, ...]:
    """Four 32-bit words that stand for the names: 1 in 10**38 is the chance that two names share them."""
    digest = hashlib.sha256("\x1f".join(map(str, names)).encode()).digest()
    return tuple(int.from_bytes(digest[i:i + 4], "little") for i in range(0, 16, 4))
