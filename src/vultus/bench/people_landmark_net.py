"""A small net for five points, trained on pictures of virtual people; part of `bench/people_transfer.py`.

The loop is short on purpose: it asks whether the pictures teach something that holds on photographs, not how good a landmark net can
be. Input 64 x 64 RGB cut by a detector's box, output five points in that square, loss: mean distance (Feng et al. 2018 give the
reason for robust losses; here the plain L1), AdamW with a cosine schedule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Float = NDArray[np.float32]
SIDE = 64
CROP = 96  # crops are kept larger than the input, so that augmentation has something to move
WIDTHS = (24, 48, 96)
POINTS = 10
BATCH, RATE, DECAY = 64, 2e-3, 1e-2
SCALE, SHIFT, TURN = 0.18, 0.08, 12.0  # augmentation: relative size, share of the side, degrees


def square_crop(image: Images, box: Float) -> tuple[Images, Float]:
    """The square about a detector's box, 1.5 times its longer side: (CROP, CROP, 3) and the map (2, 3) from picture to crop."""
    x1, y1, x2, y2 = (float(v) for v in box)
    scale = CROP / (1.5 * max(x2 - x1, y2 - y1))
    warp = np.array([[scale, 0, CROP / 2 - scale * (x1 + x2) / 2], [0, scale, CROP / 2 - scale * (y1 + y2) / 2]], np.float32)
    cut = cv2.warpAffine(image, warp, (CROP, CROP), flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(cut, np.uint8), warp


def augmented(crops: Images, points: Float, rng: np.random.Generator) -> tuple[Images, Float]:
    """Random similarity and colour change: (n, SIDE, SIDE, 3), (n, 5, 2) in px of the input."""
    out, moved = np.empty((len(crops), SIDE, SIDE, 3), np.uint8), np.empty_like(points)
    for k, (crop, five) in enumerate(zip(crops, points, strict=True)):
        zoom = SIDE / CROP * float(np.exp(rng.uniform(-SCALE, SCALE))) * 1.15
        warp = cv2.getRotationMatrix2D((CROP / 2, CROP / 2), float(rng.uniform(-TURN, TURN)), zoom)
        warp[:, 2] = warp[:, 2] + SIDE / 2 - CROP / 2 + rng.uniform(-SHIFT, SHIFT, 2) * SIDE
        out[k] = cv2.warpAffine(crop, warp, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)
        moved[k] = five @ warp[:, :2].T + warp[:, 2]
    gain = rng.uniform(0.7, 1.3, (len(crops), 1, 1, 3)).astype(np.float32)
    return np.clip(out * gain + rng.normal(0, 12, (len(crops), 1, 1, 1)), 0, 255).astype(np.uint8), moved


def centred(crops: Images) -> Images:
    """What the net sees without augmentation."""
    warp = np.array([[1.15 * SIDE / CROP, 0, SIDE / 2 - 1.15 * SIDE / 2], [0, 1.15 * SIDE / CROP, SIDE / 2 - 1.15 * SIDE / 2]], np.float32)
    return np.stack([cv2.warpAffine(c, warp, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT) for c in crops])


def uncentred(points: Float) -> Float:
    """Points (n, 5, 2) of the net's input back in px of the crop."""
    return np.asarray((points - (SIDE / 2 - 1.15 * SIDE / 2)) / (1.15 * SIDE / CROP), np.float32)


def network(outputs: int, seed: int) -> Any:
    """A small net: convolutions from 64 x 64 down to 8 x 8 and, for points, back up to 32 x 32.

    Points are read as the mean place under a map each (soft argmax, Luvizon et al. 2019), one output by a mean over the picture.

    Args:
        outputs: 10 (five points), or another number of plain outputs.
    """
    import torch
    from torch import nn
    torch.manual_seed(seed)

    def block(before: int, after: int, stride: int) -> nn.Sequential:
        return nn.Sequential(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            a, b, c = WIDTHS
            self.first, self.second = block(3, a, 2), nn.Sequential(block(a, b, 2), block(b, b, 1))
            self.third = nn.Sequential(block(b, c, 2), block(c, c, 1), nn.Dropout2d(0.1))
            self.up_second, self.up_first = block(c + b, b, 1), block(b + a, a, 1)
            self.maps = nn.Conv2d(a, POINTS // 2, 1)
            self.plain = nn.Linear(c, outputs)
            place = (torch.arange(SIDE // 2) + 0.5) * 2
            self.register_buffer("place", (place - SIDE / 2) / (SIDE / 4), persistent=False)

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            one = self.first(pictures)  # (n, a, 32, 32)
            two = self.second(one)  # (n, b, 16, 16)
            three = self.third(two)  # (n, c, 8, 8)
            if outputs != POINTS:
                plain: torch.Tensor = self.plain(three.mean((2, 3)))
                return plain
            two = self.up_second(torch.cat([nn.functional.interpolate(three, scale_factor=2.0), two], 1))
            maps = self.maps(self.up_first(torch.cat([nn.functional.interpolate(two, scale_factor=2.0), one], 1)))
            weight = maps.flatten(2).softmax(2).view_as(maps)  # (n, 5, 32, 32)
            return torch.stack([weight.sum(2) @ self.place, weight.sum(3) @ self.place], 2).flatten(1)  # (n, 10): x, y, x, y, ...

    return Net()


def train(crops: Images, targets: Float, change: Callable[[Images, Float, np.random.Generator], tuple[Images, Float]], outputs: int,
          epochs: int, seed: int, centre: Float, spread: float) -> Any:
    """Fits `network` to (targets - centre) / spread with an L1 loss; `change` augments a batch. Returns the net in evaluation mode."""
    import torch
    rng = np.random.default_rng(seed)
    net = network(outputs, seed)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    steps = epochs * (len(crops) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    net.train()
    for _ in range(epochs):
        order = rng.permutation(len(crops))
        for start in range(0, len(crops) - BATCH + 1, BATCH):
            chosen = order[start:start + BATCH]
            pictures, wanted = change(crops[chosen], targets[chosen], rng)
            goal = torch.from_numpy(((wanted - centre) / spread).reshape(len(chosen), -1).astype(np.float32))
            loss = (net(tensor(pictures)) - goal).abs().mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
    return net.eval()


def predict(net: Any, pictures: Images, centre: Float, spread: float) -> Float:
    """The net's outputs (n, ...) in the units of the targets."""
    import torch
    with torch.no_grad():
        rows = [net(tensor(pictures[start:start + 256])).numpy() for start in range(0, len(pictures), 256)]
    return np.asarray(np.concatenate(rows).reshape(len(pictures), *centre.shape) * spread + centre, np.float32)


def tensor(pictures: Images) -> Any:
    """uint8 (n, h, w, 3) to float32 (n, 3, h, w) in -1..1."""
    import torch
    return torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))).float() / 127.5 - 1
