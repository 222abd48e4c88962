"""Torch reads a set by index, and streams shards of which every worker has its own."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from vultus.errors import InputError, MissingExtraError, StorageError
from vultus.people.dataset.torch_sets import torch_dataset, torch_stream

torch = pytest.importorskip("torch", reason="torch is not installed")


def test_by_index(drawn_set):
    pictures = torch_dataset(drawn_set.root, split="train", cell={"gender": "female"}, attack="none")
    assert len(pictures) == sum(1 for _ in drawn_set.items("train", {"gender": "female"}, "none"))
    image, labels = pictures[0]
    assert image.dtype == torch.uint8 and image.shape == (3, 48, 48) and labels["points"].shape == (5, 2)
    batch, stacked = next(iter(torch.utils.data.DataLoader(pictures, batch_size=4)))
    assert batch.shape == (4, 3, 48, 48) and stacked["yaw_deg"].shape == (4,) and stacked["cell_gender"] == ["female"] * 4


def test_a_transform_gets_the_picture_as_everywhere(drawn_set):
    shapes = {shape for shape, _ in torch_dataset(drawn_set.root, lambda image: image.shape)}
    assert shapes == {(48, 48, 3)}


@pytest.mark.parametrize("workers", [0, 2])
def test_a_stream_gives_every_picture_once(drawn_set, workers):
    stream = torch_stream(drawn_set.root, len)
    files = Counter(labels["file"][0] for _, labels in torch.utils.data.DataLoader(stream, num_workers=workers))
    assert set(files.values()) == {1} and set(files) == {row["file"] for row in drawn_set.rows()}


def test_a_stream_of_one_split_in_another_order(drawn_set):
    def files(seed):
        return [labels["file"] for _, labels in torch_stream(drawn_set.root, len, split="train", seed=seed)]
    assert sorted(files(2)) == sorted(files(None)) and files(2) != files(None) and files(2) == files(2)
    assert {row["file"] for row in drawn_set.rows("train")} == set(files(None))


def test_processes_share_the_shards(drawn_set, monkeypatch):
    distributed = torch.distributed
    files = []
    for rank in range(2):
        monkeypatch.setattr(distributed, "is_initialized", lambda: True)
        monkeypatch.setattr(distributed, "get_rank", lambda rank=rank: rank)
        monkeypatch.setattr(distributed, "get_world_size", lambda: 2)
        files.append([labels["file"] for _, labels in torch_stream(drawn_set.root, len)])
    assert not set(files[0]) & set(files[1]) and len(files[0]) + len(files[1]) == 64


def test_without_shards(spec, make_drawn, tmp_path):
    make_drawn(spec, tmp_path / "set")
    with pytest.raises(InputError, match="--shards"):
        torch_stream(tmp_path / "set")


def test_without_torch(drawn_set, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"vultus\[torch\]"):
        torch_dataset(drawn_set.root)


def test_verify(drawn_set):
    next((drawn_set.root / "images").rglob("*.jpg")).write_bytes(b"")
    torch_dataset(drawn_set.root)
    with pytest.raises(StorageError, match="altered"):
        torch_dataset(drawn_set.root, verify=True)


def test_a_broken_shard(drawn_set):
    (drawn_set.root / "shards" / "dev-000000.tar").write_bytes(b"x" * 3000)
    with pytest.raises(StorageError, match="dev-000000"):
        list(torch_stream(drawn_set.root))
