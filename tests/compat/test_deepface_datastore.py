import json
from pathlib import Path

import pytest

from vultus.compat.deepface.datastore import Datastore
from vultus.pipeline import Recogniser


@pytest.mark.parametrize("index", ["[" * 100_000, json.dumps({"bytes": 3, "pictures": {"a.jpg": None}}),
                                   json.dumps({"bytes": 3, "pictures": [["a.jpg", 1]]}), json.dumps({"bytes": 3, "pictures": None})])
def test_a_damaged_index_knows_no_pictures(tmp_path: Path, drawn_detector, colour_embedder, index: str) -> None:
    store = Datastore(tmp_path, Recogniser(drawn_detector, colour_embedder, threads=1))
    store.table.write_bytes(b"abc")
    store.index.write_text(json.dumps({"bytes": 3, "pictures": {"a.jpg": "facts"}}))
    assert list(store.hashes()) == ["a.jpg"]
    store.index.write_text(index)
    assert store.hashes() == {}
