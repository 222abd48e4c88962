"""Templates of face 0 of every LFW picture, computed once a setting and kept in the cache folder.

The key holds the data, the weights and the code, so that a change of any of them computes anew.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path
from tqdm import tqdm

from vultus import registry
from vultus.bench.code_digest import method_digest, suite_digest
from vultus.data.lfw import Lfw
from vultus.errors import InputError
from vultus.evaluate.lfw_view2 import View2, view2
from vultus.pipeline import Recogniser
from vultus.types import Embeddings


@dataclass(frozen=True, eq=False)
class Extracted:
    """One row a picture; rows of failed extractions are NaN.

    Args:
        vectors: float32 (n, d), unit rows.
        faces: int (n,), number of faces found.
        found_by: (n,), how they were found.
        space: of the templates.
    """

    vectors: NDArray[np.float32]
    faces: NDArray[np.int64]
    found_by: NDArray[np.str_]
    space: str

    @property
    def failed(self) -> NDArray[np.bool_]:
        return np.isnan(self.vectors[:, 0])

    def similarities(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
        """Cosine of each pair (p,), NaN where an extraction failed."""
        return np.asarray(np.einsum("ij,ij->i", self.vectors[left], self.vectors[right], dtype=np.float64))

    def templates(self, mask: NDArray[np.bool_]) -> Embeddings:
        """Templates of the extracted pictures in `mask`."""
        return Embeddings(self.vectors[mask & ~self.failed], self.space)

    def view2(self, lfw: Lfw, *folds: int) -> View2:
        """LFW View 2 over these folds alone."""
        chosen = np.isin(lfw.folds, folds)
        return view2(self.similarities(lfw.left[chosen], lfw.right[chosen]), lfw.mated[chosen], lfw.folds[chosen])


def need_lfw(data: Path | None) -> Path:
    """The LFW folder below `data`; InputError with the next step when there is none."""
    if data is None or not (data / "lfw" / "pairs.txt").is_file():
        raise InputError("VULTUS_DATA", expected="a folder with lfw/images and lfw/pairs.txt", got="none",
                         hint="set it to where your copy of LFW lies")
    return data / "lfw"


def extract_lfw(lfw: Lfw, detector: str = "detect/centerface", embedder: str = "embed/dlib_resnet",
                settings: Mapping[str, Any] | None = None) -> Extracted:
    """Run the pipeline with these methods over every picture, or read what an equal run kept.

    Args:
        settings: what differs from the embedder's defaults.
    """
    built = registry.build(embedder, overrides={**(settings or {}), "threads": 1}) if settings else embedder
    recogniser = Recogniser(detector, built)
    code = [suite_digest(Path(__file__)), *(method_digest(registry.get(name).folder) for name in (detector, embedder))]
    facts = f"{lfw.digest} {recogniser.settings()} {code}"
    path = user_cache_path("vultus") / "bench" / f"lfw-{hashlib.sha256(facts.encode()).hexdigest()[:24]}.npz"
    if path.is_file():
        with np.load(path, allow_pickle=False) as kept:
            return Extracted(kept["vectors"], kept["faces"], kept["found_by"], recogniser.space)
    result = _extract(recogniser, lfw.paths)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
        np.savez(file, vectors=result.vectors, faces=result.faces, found_by=result.found_by)
    Path(file.name).replace(path)
    return result


def _extract(recogniser: Recogniser, paths: Iterable[Path]) -> Extracted:
    rows, counts, found_by = [], [], []
    for picture in tqdm(recogniser.process(paths), total=len(list(paths)), unit="picture"):
        missing = picture.embeddings is None or len(picture.embeddings) == 0
        rows.append(None if missing else picture.embeddings.vectors[0])
        counts.append(0 if picture.faces is None else len(picture.faces))
        found_by.append("" if picture.faces is None else picture.faces.found_by)
    width = next(len(row) for row in rows if row is not None)
    vectors = np.stack([np.full(width, np.nan, np.float32) if row is None else row for row in rows])
    return Extracted(vectors, np.array(counts), np.array(found_by), recogniser.space)
