"""`DeepFace.find`: the people on a picture, in a folder of pictures."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.compat.call_check import checked_call
from vultus.compat.deepface.areas import facial_area
from vultus.compat.deepface.datastore import Datastore, absolute
from vultus.compat.deepface.decisions import OWN_CUT, confidence, rule_for
from vultus.compat.deepface.distances import Metric, checked_metric, distance_of, matrix
from vultus.compat.deepface.exceptions import EmptyDatasource, PathNotFound, UnimplementedError
from vultus.compat.deepface.faces import NO_FACE, KnownFace, known_faces
from vultus.compat.deepface.models import DEFAULT_MODEL, choose
from vultus.compat.deepface.parameters import about_templates, checked_percentage, no_anti_spoofing, undecided_search
from vultus.compat.deepface.pictures import source
from vultus.decide import Calibration
from vultus.decide.search import SearchEvidence, SearchRule, search_rule
from vultus.errors import InputError, UnsupportedError
from vultus.image import shown
from vultus.pipeline import Recogniser
from vultus.pipeline.face_table import FaceRows
from vultus.types import Faces

COLUMNS = ("identity", "hash", "target_x", "target_y", "target_w", "target_h", "threshold", "source_x", "source_y", "source_w", "source_h",
           "distance", "confidence", "decision", "reason", "similarity", "fpir_at_score", "fpir_upper", "calibration_domain")


@checked_call
def find(img_path: Any, db_path: str | os.PathLike[str], model_name: str = DEFAULT_MODEL, distance_metric: Metric = "cosine",
         enforce_detection: bool = True, detector_backend: str = "opencv", align: bool = True, similarity_search: bool = False,
         k: int | None = None, expand_percentage: int = 0, threshold: float | None = None, normalization: str = "base",
         silent: bool = False, refresh_database: bool = True, anti_spoofing: bool = False, datastore_format: str = "parquet",
         return_type: str | None = None, *, batched: bool | None = None, calibration: Calibration | None = None,
         recogniser: Recogniser | None = None) -> list[Any]:
    """Search a folder for every face of a picture.

    Args:
        img_path: a path, BGR array (h, w, 3), data URI or binary file object.
        db_path: a folder; the table of its faces is kept inside it, see `datastore`.
        model_name, detector_backend: see `models`.
        distance_metric: a name, or a function (then with `threshold`) of two 1-d arrays, with return_type='dict' of two arrays (n, d)
            and (m, d) that gives (m, n).
        enforce_detection: a picture without a face is an error; off, it finds nothing unless `similarity_search` is set.
        align, normalization: change nothing about templates; see `parameters`.
        similarity_search: return all faces, nearest first, whatever is decided about them.
        k: at most so many for each face.
        expand_percentage: enlarges the areas in the result.
        threshold: largest distance that is returned; None = the calibration's for a search among so many faces.
        silent: no warnings about parameters without effect.
        refresh_database: follow changes in the folder first; off, the table is used as it is.
        anti_spoofing: refused.
        datastore_format: `parquet` only.
        return_type: `pandas`, `dict`, or None = pandas where it is installed.
        batched: of earlier versions of DeepFace; True is return_type='dict'.
        calibration: decide by this one instead of the packaged one.
        recogniser: use this one instead of opening the networks for this call.

    Returns:
        For each face of the picture, the principal one first, a DataFrame or a list of dicts, nearest first, with DeepFace's columns and
        `decision`, `reason`, `similarity`, `calibration_domain`, and `fpir_at_score`, `fpir_upper`: the share of strangers who would find
        somebody this similar in a folder with so many faces, with its 95 % limit.

    Raises:
        PathNotFound, EmptyDatasource, FaceNotDetected, ImgNotFound: all of them ValueError too.
        StorageError: the folder cannot be written.
    """
    no_anti_spoofing(anti_spoofing)
    checked_metric(distance_metric, threshold)
    expand, kind = checked_percentage(expand_percentage), _return_type(return_type, batched)
    about_templates(align=align, expand_percentage=expand, normalization=normalization, silent=silent)
    _checked_store(db_path, datastore_format, k)
    chosen, probe = choose(model_name, detector_backend, recogniser), source(img_path)
    faces = known_faces([probe], chosen, enforce_detection=enforce_detection, expand_percentage=expand)[0]
    search = _Search(Datastore(absolute(db_path), chosen.recogniser), os.fspath(db_path), refresh_database, expand)
    rule = search.rule(rule_for(chosen.recogniser.space, calibration))
    if threshold is None and not similarity_search and not silent and rule.t_hi is None:
        undecided_search(rule.reason)
    found = [search.hits(face, distance_metric, kind, rule, threshold, everything=similarity_search)[:k] for face in faces]
    return [_frame(rows) for rows in found] if kind == "pandas" else found


class _Search:
    """One folder, read once for all faces of a picture."""

    def __init__(self, store: Datastore, given: str, refresh: bool, expand_percentage: int) -> None:
        if refresh and not store.refresh():
            raise EmptyDatasource("db_path", expected="a folder with pictures", got="none in it")
        if not store.table.is_file():
            raise EmptyDatasource("db_path", expected="a folder that was searched before", got="no table in it",
                                  hint="leave refresh_database=True")
        self.rows, self.space = store.rows(), store.recogniser.space
        hashes = store.hashes()
        self.targets = [{"identity": os.path.join(given, os.path.relpath(path, store.folder)), "hash": hashes.get(path, ""),
                         **{f"target_{edge}": area[edge] for edge in "xywh"}}
                        for path, area in zip(self.rows.paths, _areas(self.rows, expand_percentage), strict=True)]

    def rule(self, calibration: Calibration | None) -> SearchRule:
        """How a search among so many faces is decided; one comparison's threshold would let a stranger in once per face."""
        evidence = None if calibration is None else SearchEvidence.of(calibration)
        return search_rule(evidence, max(1, len(self.rows)), space=self.space)

    def hits(self, face: KnownFace, metric: Metric, kind: str, rule: SearchRule, threshold: float | None, *,
             everything: bool) -> list[dict[str, Any]]:
        """The faces that count, nearest first: all, those within the caller's threshold, or those that the rule names."""
        if not self.targets:
            return []
        cosine, distance = self._compared(face, metric, kind)
        hits = [self._hit(int(i), face, float(cosine[i]), float(distance[i]), metric, rule, threshold)
                for i in np.argsort(distance, kind="stable")]
        return [hit for hit in hits if everything or hit["decision"] == "match"]

    def _compared(self, face: KnownFace, metric: Metric, kind: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        probe = face.vector[None]
        if callable(metric) and kind == "dict":
            distance = np.asarray(metric(self.rows.vectors, probe), np.float64)
            if distance.shape != (1, len(self.rows)):
                raise InputError("distance_metric", expected=f"a function that gives (1, {len(self.rows)}) here", got=str(distance.shape),
                                 hint="functions of two 1-d arrays need return_type='pandas'")
            return matrix(self.rows.vectors, probe, "cosine")[0][:, 0], distance[0]
        cosine, distance = matrix(self.rows.vectors, probe, metric)
        return cosine[:, 0], distance[:, 0]

    def _hit(self, index: int, face: KnownFace, similarity: float, distance: float, metric: Metric, rule: SearchRule,
             threshold: float | None) -> dict[str, Any]:
        decision, reason = _decided(face, similarity, distance, rule, threshold)
        rates = rule.at_score(similarity) if face.space == self.space else None
        fpir, upper = (None, None) if rates is None else rates
        most = threshold if threshold is not None or rule.t_hi is None or not isinstance(metric, str) \
            else float(distance_of(np.asarray(rule.t_hi), metric))
        return {**self.targets[index], "threshold": most, **{f"source_{edge}": face.area[edge] for edge in "xywh"}, "distance": distance,
                "confidence": confidence(decision == "match", upper, rule.target_fpir, min(rule.fpir_upper, default=None)),
                "decision": decision, "reason": reason or None, "similarity": similarity, "fpir_at_score": fpir, "fpir_upper": upper,
                "calibration_domain": rule.domain}


def _decided(face: KnownFace, similarity: float, distance: float, rule: SearchRule, threshold: float | None) -> tuple[str, str]:
    """The outcome about one face of the folder, and why."""
    if face.objection and (threshold is None or face.objection == NO_FACE):
        return "undecided", face.objection
    if threshold is not None:
        return "match" if distance <= threshold else "no_match", OWN_CUT
    found = rule.decide(similarity)
    return found.outcome, found.reason


def _areas(rows: FaceRows, expand_percentage: int) -> list[dict[str, Any]]:
    """Areas in the pictures of the folder; the table does not know their sizes, so only the edges at 0 cut."""
    if not len(rows):
        return []
    unbounded = (1 << 30, 1 << 30)
    faces = Faces(rows.boxes, rows.scores, rows.points, unbounded)
    return [facial_area(faces, i, expand_percentage) for i in range(len(rows))]


def _return_type(wanted: str | None, batched: bool | None) -> str:
    if wanted not in (None, "pandas", "dict"):
        raise UnimplementedError("return_type", expected="pandas or dict", got=repr(wanted))
    if batched is not None and wanted is None:
        wanted = "dict" if batched else "pandas"
    installed = importlib.util.find_spec("pandas") is not None
    if wanted == "pandas" and not installed:
        raise UnsupportedError("return_type: 'pandas' needs pandas, which is not part of this package: run  pip install pandas  or ask "
                               "for return_type='dict'")
    return wanted or ("pandas" if installed else "dict")


def _checked_store(db_path: Any, datastore_format: str, k: int | None) -> None:
    if datastore_format in ("npz", "feather", "pickle"):
        raise UnsupportedError(f"datastore_format: {datastore_format!r} is not written; the table of faces is Parquet, so leave it out")
    if datastore_format != "parquet":
        raise UnimplementedError("datastore_format", expected="parquet", got=repr(datastore_format))
    if k is not None and (isinstance(k, bool) or not isinstance(k, int) or k < 1):
        raise InputError("k", expected="a number >= 1 or None", got=repr(k))
    if not isinstance(db_path, (str, os.PathLike)):
        raise InputError("db_path", expected="a folder", got=type(db_path).__name__)
    if "://" in os.fspath(db_path):
        raise UnsupportedError("db_path: only folders of this machine are searched; copy the pictures into one")
    if not os.path.isdir(db_path):
        raise PathNotFound(shown(db_path), expected="a folder of pictures", got="no such folder")


def _frame(rows: list[dict[str, Any]]) -> Any:
    import pandas
    return pandas.DataFrame(rows) if rows else pandas.DataFrame(columns=list(COLUMNS))
