"""Versions and machine, without names of hosts or people."""

from __future__ import annotations

import getpass
import json
import platform

import numpy as np

from vultus import __version__
from vultus.bench.environment import machine, versions


def test_versions_are_the_installed_ones():
    found = versions()
    assert found["vultus"] == __version__ and found["python"] == platform.python_version() and found["numpy"] == np.__version__


def test_machine_names_processor_cores_and_system_and_nothing_else():
    found = machine()
    assert set(found) == {"processor", "cores", "system", "memory_gib"} and found["cores"] >= 1 and found["processor"]
    text = json.dumps(found)
    assert platform.node() not in text and f'"{getpass.getuser()}"' not in text
