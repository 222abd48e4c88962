"""Shards hold every picture once, split by split, and are read with what others read them with."""

from __future__ import annotations

import io
import json
import tarfile

import numpy as np
import pytest

from vultus.image import decode


def members(drawn_set):
    for shard in sorted((drawn_set.root / "shards").glob("*.tar")):
        with tarfile.open(shard) as archive:
            for member in archive:
                yield shard.name, member, archive.extractfile(member).read()


def test_every_picture_once_with_its_row_and_labels(drawn_set):
    found = {}
    for shard, member, data in members(drawn_set):
        key, _, kind = member.name.partition(".")
        found.setdefault(key, {"shard": shard})[kind] = data
        assert (member.mtime, member.uid, member.gid, member.mode, member.uname) == (0, 0, 0, 0o644, "")
    assert len(found) == 64
    for row in drawn_set.rows():
        sample = found[f"{row['person']}_{row['number']:03d}"]
        assert sample["shard"].startswith(f"{row['split']}-")
        assert sample["jpg"] == (drawn_set.root / row["file"]).read_bytes() and json.loads(sample["json"]) == row
        assert list(np.load(io.BytesIO(sample["npz"]))) == ["parsing", "depth"]


def test_shards_are_full_but_the_last_of_a_split(drawn_set):
    counts = {}
    for shard, member, _ in members(drawn_set):
        counts[shard] = counts.get(shard, 0) + member.name.endswith(".jpg")
    assert counts == {"dev-000000.tar": 10, "dev-000001.tar": 6, "test-000000.tar": 10, "test-000001.tar": 6,
                      "train-000000.tar": 10, "train-000001.tar": 10, "train-000002.tar": 10, "train-000003.tar": 2}


def test_shards_added_later_are_the_same(spec, make_drawn, drawn_set, tmp_path, digests):
    make_drawn(spec, tmp_path / "later")
    assert not (tmp_path / "later" / "shards").exists()
    make_drawn(spec, tmp_path / "later", shards=10)
    assert digests(tmp_path / "later") == digests(drawn_set.root)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it leaves closing its files to the collector
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_webdataset_package_reads_them(drawn_set):
    webdataset = pytest.importorskip("webdataset", reason="webdataset is not installed")
    shards = [str(path) for path in sorted((drawn_set.root / "shards").glob("*.tar"))]
    samples = list(webdataset.WebDataset(shards, shardshuffle=False))
    assert len(samples) == 64 and {"jpg", "json", "npz", "__key__"} <= set(samples[0])
    row = json.loads(samples[0]["json"])
    assert decode(samples[0]["jpg"]).image.shape == (row["height"], row["width"], 3)
