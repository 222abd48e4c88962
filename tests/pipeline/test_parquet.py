from pathlib import Path

import pytest

from vultus.errors import InputError
from vultus.pipeline import parquet


@pytest.mark.parametrize("middle", [bytes(500), b"\xff" * 200 + (100).to_bytes(4, "little")])
def test_a_damaged_table_is_named_with_the_next_step(tmp_path: Path, middle: bytes) -> None:
    path = tmp_path / "bad.parquet"
    path.write_bytes(b"PAR1" + middle + b"PAR1")
    with pytest.raises(InputError, match=r"bad\.parquet.*damaged.*vultus represent.*delete"):
        list(parquet.read_batches(path))


def test_an_interrupt_while_reading_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import arro3.io

    def interrupted(path: Path, batch_size: int) -> None:
        raise KeyboardInterrupt
    path = tmp_path / "bad.parquet"
    path.write_bytes(b"PAR1" + bytes(500) + b"PAR1")
    monkeypatch.setattr(arro3.io, "read_parquet", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(parquet.read_batches(path))
