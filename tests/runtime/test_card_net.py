"""A net is fed as its card says, whatever batch its file insists on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vultus.errors import UnknownNameError
from vultus.runtime.card_net import CardNet
from vultus.runtime.own_model import add
from vultus.runtime.session_pool import SessionPool

PICTURES = np.random.default_rng(1).integers(0, 256, (5, 8, 8, 3)).astype(np.uint8)


@pytest.fixture
def bring(models: Path, tmp_path: Path, net: Callable[..., bytes], toml: Callable[..., str]) -> Callable[..., str]:
    """Puts a net of mean colours into the store: `bring(batch="n")` returns its name."""
    def put(**options: object) -> str:
        (tmp_path / "net.onnx").write_bytes(net(**options))
        (tmp_path / "card.toml").write_text(toml())
        add(tmp_path / "net.onnx", tmp_path / "card.toml")
        return "tiny"
    return put


@pytest.mark.parametrize("batch", ["n", 1, 2, 5, 8])
def test_every_batch_gives_the_same_rows(bring: Callable[..., str], batch: object) -> None:
    out = CardNet(bring(batch=batch), threads=1, micro_batch=2).run(PICTURES)
    np.testing.assert_allclose(out["y"], PICTURES.mean((1, 2)), rtol=1e-5)


def test_no_pictures_give_no_rows(bring: Callable[..., str]) -> None:
    assert CardNet(bring(), threads=1).run(PICTURES[:0])["y"].shape == (0, 3)


def test_a_pool_is_shared_and_nothing_opens_before_the_first_run(bring: Callable[..., str]) -> None:
    name, pool = bring(), SessionPool()
    first, second = CardNet(name, threads=1, pool=pool), CardNet(name, threads=1, pool=pool)
    assert first.session is second.session


def test_an_unknown_net_is_named(models: Path) -> None:
    with pytest.raises(UnknownNameError, match="no-such-net"):
        CardNet("no-such-net")
