from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vultus.compat import deepface as DeepFace
from vultus.compat.deepface import exceptions
from vultus.compat.deepface.datastore import Datastore
from vultus.compat.deepface.parameters import UndecidedSearchWarning
from vultus.decide import Calibration
from vultus.errors import InputError, StorageError, UnsupportedError
from vultus.image import encode_jpeg
from vultus.pipeline import Recogniser
from vultus.types import Image

RED, GREEN, BLUE, BLACK = (200, 40, 40), (40, 200, 50), (40, 50, 200), (0, 0, 0)
COLUMNS = {"identity", "hash", "target_x", "target_y", "target_w", "target_h", "source_x", "source_y", "source_w", "source_h", "threshold",
           "distance", "confidence"}
EXTRA = {"decision", "reason", "similarity", "fpir_at_score", "fpir_upper", "calibration_domain"}
Draw = Callable[..., Image]


def find(image: Any, folder: Path, toy: Recogniser, rule: Calibration | None, **options: Any) -> list[Any]:
    return DeepFace.find(image, folder, return_type=options.pop("return_type", "dict"), recogniser=toy, calibration=rule, **options)


def test_find_has_the_published_columns_nearest_first(bgr: Draw, album: Path, toy: Recogniser, rule: Calibration) -> None:
    hits, = find(bgr(RED), album, toy, rule)
    assert sorted(Path(hit["identity"]).relative_to(album).as_posix() for hit in hits) == ["red/1.jpg", "red/2.jpg"]
    assert set(hits[0]) == COLUMNS | EXTRA
    assert [hit["distance"] for hit in hits] == sorted(hit["distance"] for hit in hits)
    assert all(hit["decision"] == "match" and hit["distance"] <= hit["threshold"] and 51 <= hit["confidence"] <= 100 for hit in hits)
    assert hits[0]["target_w"] == hits[0]["source_w"] == 60 and len(hits[0]["hash"]) == 40


def test_every_face_gets_its_own_list(bgr: Draw, album: Path, toy: Recogniser, rule: Calibration) -> None:
    lists = find(bgr(RED, GREEN, BLUE), album, toy, rule)
    sources = {hits[0]["source_x"]: len(hits) for hits in lists if hits}
    assert len(lists) == 3 and sources == {20: 2, 120: 1}


def test_similarity_search_lists_all_and_k_cuts(bgr: Draw, album: Path, toy: Recogniser, rule: Calibration) -> None:
    hits, = find(bgr(BLUE), album, toy, rule, similarity_search=True)
    assert len(hits) == 3 and {hit["decision"] for hit in hits} == {"no_match"} and all(hit["confidence"] <= 49 for hit in hits)
    assert len(find(bgr(BLUE), album, toy, rule, similarity_search=True, k=1)[0]) == 1
    assert find(bgr(BLUE), album, toy, rule) == [[]]


def test_a_threshold_of_the_callers_is_kept(bgr: Draw, album: Path, toy: Recogniser, rule: Calibration) -> None:
    assert len(find(bgr(BLUE), album, toy, rule, threshold=2.0)[0]) == 3
    assert find(bgr(RED), album, toy, rule, threshold=-1.0) == [[]]
    scalar = find(bgr(BLUE), album, toy, None, threshold=9, distance_metric=lambda gallery, probe: np.abs(probe[:, None] - gallery).sum(2))
    assert len(scalar[0]) == 3
    with pytest.raises(InputError, match="return_type='pandas'"):
        find(bgr(BLUE), album, toy, rule, threshold=9, distance_metric=lambda a, b: np.float64(1))


def test_without_a_calibration_find_names_nobody_and_says_so(bgr: Draw, album: Path, toy: Recogniser) -> None:
    with pytest.warns(UndecidedSearchWarning, match="no calibration"):
        assert find(bgr(RED), album, toy, None) == [[]]
    hits, = find(bgr(RED), album, toy, None, similarity_search=True)
    assert len(hits) == 3 and {hit["decision"] for hit in hits} == {"undecided"}


def test_the_table_follows_the_folder_and_computes_only_what_changed(bgr: Draw, rough: Draw, album: Path, toy: Recogniser,
                                                                    rule: Calibration, colour_embedder: Any) -> None:
    find(bgr(RED), album, toy, rule)
    kept = sorted(path.name for path in album.iterdir() if path.is_file() and path.name.startswith("ds_"))
    assert [Path(name).suffix for name in kept] == [".json", ".lock", ".parquet"]
    assert not list(album.glob("**/*.pkl")) and not list(album.glob("*.parts"))
    colour_embedder.sizes.clear()
    find(bgr(RED), album, toy, rule)
    assert colour_embedder.sizes == [1]  # the probe alone
    (album / "blue.jpg").write_bytes(encode_jpeg(rough(BLUE)))
    (album / "red" / "2.jpg").unlink()
    colour_embedder.sizes.clear()
    hits, = find(bgr(BLUE), album, toy, rule, similarity_search=True)
    assert sum(colour_embedder.sizes) == 2 and {Path(hit["identity"]).name for hit in hits} == {"blue.jpg", "1.jpg"} and len(hits) == 3
    os.utime(album / "blue.jpg", ns=(1, 1))
    colour_embedder.sizes.clear()
    find(bgr(BLUE), album, toy, rule)
    assert sum(colour_embedder.sizes) == 2  # the probe and the picture whose time changed


def test_refresh_off_uses_the_table_as_it_is(bgr: Draw, rough: Draw, album: Path, toy: Recogniser, rule: Calibration) -> None:
    with pytest.raises(exceptions.EmptyDatasource, match="refresh_database"):
        find(bgr(RED), album, toy, rule, refresh_database=False)
    find(bgr(RED), album, toy, rule)
    (album / "blue.jpg").write_bytes(encode_jpeg(rough(BLUE)))
    assert find(bgr(BLUE), album, toy, rule, refresh_database=False) == [[]]
    assert len(find(bgr(BLUE), album, toy, rule)[0]) == 1


def test_a_damaged_or_foreign_table_is_made_again(bgr: Draw, album: Path, toy: Recogniser, rule: Calibration) -> None:
    find(bgr(RED), album, toy, rule)
    store = Datastore(album, toy)
    for damage in (lambda: store.table.write_bytes(store.table.read_bytes()[:100]), lambda: store.index.write_text("{"),
                   lambda: store.index.write_text("[]"), store.table.unlink):
        damage()
        assert len(find(bgr(RED), album, toy, rule)[0]) == 2


def test_searches_at_the_same_time_share_the_work(bgr: Draw, album: Path, toy: Recogniser, rule: Calibration, colour_embedder: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = [job.result() for job in [pool.submit(find, bgr(RED), album, toy, rule) for _ in range(4)]]
    assert [len(hits) for hits, in found] == [2, 2, 2, 2]
    assert sum(colour_embedder.sizes) == 4 + 3  # four probes, and every face of the folder once


def test_an_emptied_folder_is_an_error_again(bgr: Draw, album: Path, toy: Recogniser, rule: Calibration) -> None:
    find(bgr(RED), album, toy, rule)
    for picture in album.rglob("*.jpg"):
        picture.unlink()
    with pytest.raises(exceptions.EmptyDatasource):
        find(bgr(RED), album, toy, rule)


def test_a_folder_that_cannot_be_written_says_so(bgr: Draw, album: Path, toy: Recogniser, rule: Calibration) -> None:
    Datastore(album, toy).table.with_suffix(".lock").mkdir()
    with pytest.raises(StorageError, match="writable"):
        find(bgr(RED), album, toy, rule)


def test_another_recogniser_has_a_table_of_its_own(album: Path, toy: Recogniser, drawn_detector: Any) -> None:
    assert Datastore(album, toy).table != Datastore(album, Recogniser(drawn_detector, "dlib_resnet", threads=1)).table


def test_the_folder_may_be_given_relative(bgr: Draw, album: Path, toy: Recogniser, rule: Calibration, monkeypatch: pytest.MonkeyPatch,
                                          colour_embedder: Any) -> None:
    find(bgr(RED), album, toy, rule)
    monkeypatch.chdir(album.parent)
    colour_embedder.sizes.clear()
    hits, = find(bgr(RED), Path("album"), toy, rule)
    assert {hit["identity"] for hit in hits} == {"album/red/1.jpg", "album/red/2.jpg"} and colour_embedder.sizes == [1]


def test_bad_folders(bgr: Draw, tmp_path: Path, toy: Recogniser, rule: Calibration) -> None:
    with pytest.raises(exceptions.PathNotFound):
        find(bgr(RED), tmp_path / "nothing", toy, rule)
    with pytest.raises(exceptions.EmptyDatasource):
        find(bgr(RED), tmp_path, toy, rule)
    with pytest.raises(UnsupportedError, match="this machine"):
        DeepFace.find(bgr(RED), "s3://bucket/people", recogniser=toy)
    with pytest.raises(ValueError, match="none found"):
        (tmp_path / "a.jpg").write_bytes(encode_jpeg(np.zeros((100, 100, 3), np.uint8)))
        find(bgr(BLACK), tmp_path, toy, rule)


def test_no_face_names_nobody_even_by_a_threshold(bgr: Draw, album: Path, toy: Recogniser, rule: Calibration) -> None:
    assert find(bgr(BLACK), album, toy, rule, enforce_detection=False, threshold=2.0) == [[]]


def test_a_folder_without_any_face_finds_nothing(bgr: Draw, rough: Draw, tmp_path: Path, toy: Recogniser, rule: Calibration) -> None:
    (tmp_path / "empty.jpg").write_bytes(encode_jpeg(rough(BLACK)))
    assert find(bgr(RED), tmp_path, toy, rule) == [[]]


@pytest.mark.parametrize(("options", "error"), [({"datastore_format": "npz"}, UnsupportedError), ({"datastore_format": "csv"}, ValueError),
                                                ({"return_type": "list"}, ValueError), ({"k": 0}, InputError), ({"k": "3"}, InputError)])
def test_values_that_are_refused(options: dict[str, Any], error: type[Exception], bgr: Draw, album: Path, toy: Recogniser) -> None:
    with pytest.raises(error):
        DeepFace.find(bgr(RED), album, recogniser=toy, **options)


def test_pandas_is_used_when_it_is_there_and_asked_for_by_name(bgr: Draw, album: Path, toy: Recogniser, rule: Calibration,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    class Frame:
        def __init__(self, rows: Any = None, columns: Any = None) -> None:
            self.rows, self.columns = rows, columns

    stand_in = ModuleType("pandas")
    stand_in.DataFrame = Frame  # type: ignore[attr-defined]
    found = importlib.util.find_spec
    monkeypatch.setitem(sys.modules, "pandas", stand_in)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: object() if name == "pandas" else found(name, *rest))
    frame, = DeepFace.find(bgr(RED), album, recogniser=toy, calibration=rule)
    assert isinstance(frame, Frame) and len(frame.rows) == 2
    nothing, = find(bgr(BLUE), album, toy, rule, return_type="pandas")
    assert set(nothing.columns) == COLUMNS | EXTRA
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "pandas" else found(name, *rest))
    assert isinstance(DeepFace.find(bgr(RED), album, recogniser=toy, calibration=rule)[0], list)
    assert isinstance(DeepFace.find(bgr(RED), album, batched=True, recogniser=toy, calibration=rule)[0], list)
    with pytest.raises(UnsupportedError, match="pip install pandas"):
        find(bgr(RED), album, toy, rule, return_type="pandas")


def test_a_poor_probe_is_undecided(drawn: Draw, album: Path, toy: Recogniser, rule: Calibration) -> None:
    assert find(drawn(RED)[:, :, ::-1], album, toy, rule) == [[]]
    hits, = find(drawn(RED)[:, :, ::-1], album, toy, rule, similarity_search=True)
    assert {hit["decision"] for hit in hits} == {"undecided"} and "low quality" in hits[0]["reason"]
