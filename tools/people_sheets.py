"""Draws the pictures of the documentation's pages about virtual people; nobody in them exists.

Same tree, same kind of processor: same bytes. The path-traced sheet takes about a minute, the others seconds:

    python tools/people_sheets.py                    # all, into docs/images
    python tools/people_sheets.py --only labels      # one of them
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow
from PIL import ImageDraw, ImageFont

from vultus.people.capture.low_resolution import LowResolution, low_resolution
from vultus.people.capture.surveillance import Surveillance, surveillance
from vultus.people.capture.webcam import Webcam, webcam
from vultus.people.dataset.marked_picture import marked
from vultus.people.documents import make_document, photograph, sample_fields
from vultus.people.expressions import expression
from vultus.people.identity import Identity
from vultus.people.labels import Labels
from vultus.people.morphs.splice import Splice, splice
from vultus.people.morphs.warp_and_blend import Morph, warp_and_blend
from vultus.people.pathtrace import PathTracer
from vultus.people.sampling import Variation, aged, cross, draw_identity, draw_people, draw_scene, light
from vultus.people.scene import Camera, Gaze, Pose, Scene, Worn
from vultus.people.spoofs.cut_out import CutOut, cut_out
from vultus.people.spoofs.mask3d import Mask3d, mask3d
from vultus.people.spoofs.printed import Printed, printed
from vultus.people.spoofs.recapture import Recapture
from vultus.people.spoofs.replayed import Replayed, replayed
from vultus.people.studio import Studio

Picture = NDArray[np.uint8]
SEED, QUALITY, LINE, GAP = 2026, 86, 20, 4
# Colours of the 19 classes of face parsing, any that can be told apart.
CLASSES = np.array([(30, 30, 34), (226, 178, 148), (240, 140, 90), (90, 200, 250), (60, 110, 240), (40, 170, 220), (140, 80, 30),
                    (190, 120, 40), (250, 200, 60), (250, 230, 120), (150, 20, 60), (220, 60, 90), (250, 110, 140), (90, 60, 140),
                    (120, 200, 120), (200, 240, 60), (180, 180, 190), (200, 160, 130), (70, 110, 90)], np.uint8)


def crowd(studio: Studio) -> Picture:
    """24 people: a row for each range of melanin, women and men, young, middle-aged and old."""
    axes: dict[str, Sequence[object]] = {"melanin": [[0.0, 0.2], [0.25, 0.45], [0.5, 0.7], [0.75, 0.95]], "gender": ["female", "male"],
                                         "ages": ["young", "middle", "old"]}
    people = draw_people(1, SEED, cross(axes), 0.5).people
    rng, portraits = np.random.default_rng(SEED), Variation.named("studio")
    pictures = [studio.picture(draw_scene(person, rng, variation=portraits, size=(128, 128))).image for person in people]
    return _sheet([pictures[at:at + 6] for at in range(0, 24, 6)])


def one_person(studio: Studio) -> Picture:
    """One person: a row each of poses, expressions, lights, things worn and ages."""
    scene = _portrait(draw_identity(SEED), 144)
    poses = [Pose(-60), Pose(-30), Pose(0, 20), Pose(0, -20), Pose(30, 0, 10), Pose(60)]
    expressions = ["neutral", "open smile", "surprise", "anger", "sadness", "wink"]
    lights = ["studio", "window-left", "sun", "sunset", "night-lamp", "backlight"]
    worn = [Worn(hat="cap"), Worn(hat="beanie"), Worn(hat="headscarf"), Worn(mask="surgical"), Worn(mask="ffp2"), Worn(lipstick=0.8)]
    ages = [6, 16, 30, 45, 60, 80]
    rows = {"yaw, pitch, roll": [replace(scene, pose=pose) for pose in poses],
            "expression": [replace(scene, actions=expression(name)) for name in expressions],
            "light": [replace(scene, light=light(name)) for name in lights],
            "worn": [replace(scene, worn=each) for each in worn],
            "age": [replace(scene, identity=aged(scene.identity, years)) for years in ages]}
    captions = [[f"{pose.yaw:g}, {pose.pitch:g}, {pose.roll:g}" for pose in poses], expressions, lights,
                ["cap", "beanie", "headscarf", "surgical mask", "FFP2 mask", "lipstick"], [f"{years} years" for years in ages]]
    return _sheet([[studio.picture(each).image for each in row] for row in rows.values()], captions)


def labels(studio: Studio) -> Picture:
    """One picture and its labels."""
    scene = replace(_portrait(draw_identity(SEED + 1), 256), pose=Pose(25, 5), gaze=Gaze(-15), actions=expression("smile"))
    image, found = _labelled(studio, scene)
    depth = np.where(np.isfinite(found.depth), found.depth, np.nan)
    near, far = np.nanmin(depth), np.nanmax(depth)
    grey = np.nan_to_num(255 - 205 * (depth - near) / (far - near), nan=0)
    uv = np.concatenate([np.nan_to_num(found.uv), np.isfinite(found.uv[..., :1]) * 0.5], 2)
    shown = [image, _dotted(image, found, "68"), _dotted(image, found, "468"), CLASSES[found.parsing19],
             np.repeat(grey[..., None], 3, 2).astype(np.uint8), ((found.normals + 1) * 127.5).astype(np.uint8),
             (uv * 255).astype(np.uint8)]
    return _sheet([shown[:4], shown[4:]], [["picture", "68 points", "468 points", "parsing, 19 classes"],
                                           ["depth", "normals", "place in the texture"]])


def simulators(studio: Studio) -> Picture:
    """The simulators on one face, and morphs of it with another."""
    scene, other = (_portrait(draw_identity(SEED + seed), 256) for seed in (2, 3))
    (image, found), (second, points) = _labelled(studio, scene), _labelled(studio, other)
    eyes, own, theirs = found.points["5"].px[:2], found.points["68"].px, points.points["68"].px
    rng, camera = np.random.default_rng(SEED), Recapture(size=256)
    rows = [[image, surveillance(image, Surveillance(), rng).image, webcam(image, Webcam(), rng).image,
             low_resolution(image, LowResolution(enlarge="nearest"), rng).image],
            [printed(image, Printed(recapture=camera), rng).image, replayed(image, Replayed(width_mm=61.0, recapture=camera), rng).image,
             cut_out(image, eyes, CutOut(Printed(gloss=0.06, recapture=camera)), rng).image, mask3d(scene, Mask3d(), studio).image],
            [second, warp_and_blend(image, second, own, theirs, Morph(0.5)).image, splice(image, second, own, theirs, Splice()).image]]
    return _sheet(rows, [["picture", "surveillance, 9 m", "webcam", "16 px a face"], ["printed", "replayed", "cut-out", "3D mask"],
                         ["another person", "morph of both", "morph, spliced"]])


def renderers(studio: Studio) -> Picture:
    """The same scenes by the rasteriser and by the path tracer."""
    scenes = [replace(_portrait(draw_identity(SEED + seed), 320), light=light(name)) for seed, name in ((4, "studio"), (5, "window-left"))]
    traced = Studio(PathTracer(samples=64))
    pairs = [image for scene in scenes for image in (studio.picture(scene).image, traced.picture(scene).image)]
    return _sheet([pairs[:2], pairs[2:]], [["rasteriser", "path tracer, 64 samples"]] * 2)


def document(studio: Studio) -> Picture:
    """A fictitious passport page: as printed with its words outlined, and photographed."""
    person = draw_identity(SEED + 6)
    years, sex = int(person.years), "F" if person.phenotype["gender"] < 0.5 else "M"
    page = make_document(sample_fields(SEED, max(years, 1), sex), studio.picture(_portrait(person, 320)).image, SEED, px_per_mm=5.0)
    seen = photograph(page, SEED)
    outlined = pillow.fromarray(page.picture)
    draw = ImageDraw.Draw(outlined)
    for word in page.words:
        draw.polygon([(float(x), float(y)) for x, y in word.polygon], outline=(220, 30, 60))
    height = page.picture.shape[0]
    small = pillow.fromarray(seen.picture).resize((round(height * 4 / 3), height), pillow.Resampling.LANCZOS)
    return _sheet([[np.asarray(outlined), np.asarray(small)]], [["flat page, every word with its polygon", "photographed"]])


SHEETS: dict[str, Callable[[Studio], Picture]] = {
    "crowd": crowd, "one-person": one_person, "labels": labels, "simulators": simulators, "renderers": renderers, "document": document}


def _portrait(person: Identity, side: int) -> Scene:
    return Scene(person, camera=Camera(width=side, height=side))


def _labelled(studio: Studio, scene: Scene) -> tuple[Picture, Labels]:
    rendered, labels = studio.labelled(scene)
    return rendered.image, labels


def _dotted(image: Picture, found: Labels, scheme: str) -> Picture:
    """Landmarks over the picture: green = visible, red = hidden."""
    large = pillow.fromarray(image).resize((image.shape[1] * 2, image.shape[0] * 2), pillow.Resampling.LANCZOS)
    draw, radius, points = ImageDraw.Draw(large), 4 if scheme == "68" else 2, found.points[scheme]
    for (x, y), visible in zip(points.px * 2, points.visible, strict=True):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(60, 250, 120) if visible else (250, 60, 60))
    return np.asarray(large.resize((image.shape[1], image.shape[0]), pillow.Resampling.LANCZOS))


def _sheet(rows: Sequence[Sequence[Picture]], captions: Sequence[Sequence[str]] = ()) -> Picture:
    """Pictures of one height a row side by side, with a line of text below each where there are captions."""
    font, line = ImageFont.load_default(13), LINE if captions else 0
    width = max(sum(each.shape[1] + GAP for each in row) for row in rows) - GAP
    height = sum(row[0].shape[0] + line + GAP for row in rows) - GAP
    sheet = pillow.new("RGB", (width, height), (255, 255, 255))
    draw, top = ImageDraw.Draw(sheet), 0
    for number, row in enumerate(rows):
        left = 0
        for column, picture in enumerate(row):
            sheet.paste(pillow.fromarray(picture), (left, top))
            if captions:
                draw.text((left + 2, top + picture.shape[0] + 2), captions[number][column], (40, 40, 40), font)
            left += picture.shape[1] + GAP
        top += row[0].shape[0] + line + GAP
    return np.asarray(sheet)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1] / "docs" / "images")
    parser.add_argument("--only", choices=SHEETS, action="append", help="may be given several times")
    parser.add_argument("--kind", choices=("jpeg", "png"), default="jpeg")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in chosen.only or SHEETS:
        file = chosen.out / f"people-{name}{'.jpg' if chosen.kind == 'jpeg' else '.png'}"
        file.write_bytes(marked(SHEETS[name](Studio()), chosen.kind, QUALITY))
        print(file)


if __name__ == "__main__":
    main()
