"""Vultus: face recognition you can defend."""

from vultus._version import __version__

__all__ = ["__version__"]
