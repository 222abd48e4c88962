"""Does the net get what its card says? Templates from the method against a feed that is computed pixel by pixel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vultus.embed.onnx.method import Config, OnnxEmbedder
from vultus.geometry import template
from vultus.report import Report, Value
from vultus.runtime.model_card import NetInput
from vultus.types import Crops, Embeddings

_CROPS = 6


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """The smallest cosine between the method's templates and those of the slow feed; baseline: the feed with red and blue swapped."""
    embedder = OnnxEmbedder(config)
    side = template(embedder.template).size
    images = _pictures(rng, side)
    crops = Crops(images, np.zeros((len(images), 2, 3)), embedder.template)
    ours = embedder.embed(crops)
    slow, swapped = (_by_hand(embedder, pictures) for pictures in (images, images[..., ::-1]))
    cosine = [float((ours.vectors * other.vectors).sum(axis=1).min()) for other in (slow, swapped)]
    return Report(
        name="embed/onnx", title=f"{embedder.card.name} gets the pictures that its card asks for",
        protocol=f"{_CROPS} random smooth pictures; no face is needed to see that the right numbers go in",
        values=(Value("smallest cosine", cosine[0], n=_CROPS, note="method against a slow feed; n counts pictures"),
                Value("baseline: red and blue swapped", cosine[1], n=_CROPS, note="must be lower")),
        config=asdict(config))


def _pictures(rng: np.random.Generator, side: int) -> np.ndarray:
    """Smooth colour gradients with random slopes, uint8 (n, side, side, 3)."""
    y, x = np.mgrid[0:side, 0:side] / side
    phase, slope = rng.uniform(0, 6, (2, _CROPS, 3, 1, 1))
    waves = np.sin(phase + slope * x * 3) * np.cos(phase * 2 + slope * y * 2)
    return np.asarray(127 + 120 * waves, np.uint8).transpose(0, 2, 3, 1)


def _by_hand(embedder: OnnxEmbedder, images: np.ndarray) -> Embeddings:
    wanted: NetInput = embedder.card.input
    rows = []
    for image in images:
        pixels = np.zeros(image.shape, np.float32)
        for channel in range(3):
            source = 2 - channel if wanted.colour == "bgr" else channel
            mean, std = (wanted.mean[channel], wanted.std[channel]) if len(wanted.mean) == 3 else (0.0, 1.0)
            for y in range(len(image)):
                pixels[y, :, channel] = [(float(value) - mean) / std for value in image[y, :, source]]
        batch = (pixels.transpose(2, 0, 1) if wanted.layout == "nchw" else pixels)[None].astype(wanted.dtype)
        rows.append(embedder.session.run({wanted.name: batch})[embedder.output].reshape(1, -1))
    return Embeddings.normalised(np.concatenate(rows), embedder.space)
