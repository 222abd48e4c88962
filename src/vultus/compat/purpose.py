"""Where a look-alike finds the declared purpose of a restricted output: its keyword, or the environment variable VULTUS_PURPOSE."""

from __future__ import annotations

import os

VARIABLE = "VULTUS_PURPOSE"


def declared_purpose(purpose: str | None) -> str:
    """The keyword if it is given, else what VULTUS_PURPOSE says, else an empty text; `analyse.purpose` judges it."""
    return os.environ.get(VARIABLE, "") if purpose is None else purpose
