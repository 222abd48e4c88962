"""Every way to end has its own status: an answer that nobody could read is neither match (0) nor no match (1)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "import sys; from vultus.cli.main import main; sys.exit(main())"]
FULL = Path("/dev/full")


def test_a_reader_that_went_away_is_not_an_answer():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*COMMAND, "methods", "--json"], stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert done.returncode == 2 and done.stderr == ""


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments, status", [(["methods", "--json"], 70), (["methods"], 70), (["verify", "a.jpg", "--json"], 2)])
def test_a_full_disk_behind_stdout_is_one_sentence_on_stderr(arguments, status):
    with FULL.open("w") as full:
        done = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == status and done.stderr.startswith("vultus: ") and len(done.stderr.splitlines()) == 1
