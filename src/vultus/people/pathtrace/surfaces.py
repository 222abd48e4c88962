"""What things are made of for the path tracer: descriptions of reflectance for skin, eyes, mouth, cloth, frames, lenses, hair."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.labels import regions
from vultus.people.shapes import Materials, Part

Float = NDArray[np.float32]
CORNEA_IOR = 1.376  # of the cornea (Gullstrand 1909)
LENS_MIRROR = 0.05  # share of light that a lens sends back


def skin(mi: Any, materials: Materials, normals: Float) -> dict[str, Any]:
    """Skin and cloth from the head's textures: a diffuse body that is flatter than Lambert's (light travels below the surface), and
    a sheen of sebum whose width follows the gloss texture."""
    cloth = materials.region == regions.CLOTH
    gloss = np.clip(materials.gloss, 0, 2)
    rough = np.where(cloth, np.float32(0.85), np.clip(0.66 - 0.16 * gloss, 0.3, 0.7)).astype(np.float32)
    coat = np.where(cloth, np.float32(0), 0.25 * gloss).clip(0, 1).astype(np.float32)
    body = {"type": "principled", "base_color": texture(mi, materials.albedo), "roughness": texture(mi, rough), "specular": 0.35,
            "flatness": 0.7, "clearcoat": texture(mi, coat), "clearcoat_gloss": 0.35}
    return {"type": "twosided", "bsdf": {"type": "normalmap", "normalmap": texture(mi, normals), "bsdf": body}}


def eye(mi: Any, albedo: Float) -> dict[str, Any]:
    """Iris and sclera below a smooth, wet coat."""
    return {"type": "plastic", "diffuse_reflectance": texture(mi, albedo), "int_ior": CORNEA_IOR, "nonlinear": False}


def plain(part: Part, alpha: float) -> dict[str, Any]:
    """Things coloured triangle by triangle (attribute `face_color`): teeth and metal shine, lenses let through, the rest is matt."""
    colour = {"type": "mesh_attribute", "name": "face_color"}
    if part == Part.LENS:
        return lens(colour, alpha)
    if part in (Part.TEETH, Part.TONGUE, Part.GLASSES, Part.EARRING):
        return {"type": "twosided", "bsdf": {"type": "principled", "base_color": colour, "roughness": 0.4, "specular": 0.5}}
    return {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": colour}}


def lens(colour: dict[str, Any], alpha: float) -> dict[str, Any]:
    """A thin tinted sheet: `alpha` of the light meets the tint, a constant share is mirrored, the rest passes straight."""
    covered = min(alpha + LENS_MIRROR, 1.0)
    sheet = {"type": "blendbsdf", "weight": LENS_MIRROR / covered, "tint": {"type": "diffuse", "reflectance": colour},
             "mirror": {"type": "conductor", "material": "none"}}
    return {"type": "mask", "opacity": covered, "bsdf": {"type": "twosided", "bsdf": sheet}}


def hair(colour: NDArray[np.floating]) -> dict[str, Any]:
    """Hair of one colour (3,), linear RGB: round, opaque, glossy fibres.

    Fibres that let light through (Mitsuba's `hair`) were tried: light and grey hair stayed full of single bright pixels at 64 paths
    a pixel and took twice the time.
    """
    return {"type": "principled", "base_color": {"type": "rgb", "value": [float(each) for each in np.clip(colour, 0, 0.95)]},
            "roughness": 0.45, "specular": 0.5}


def texture(mi: Any, values: Float) -> dict[str, Any]:
    """A texture of linear values, v running down the rows."""
    picture = np.ascontiguousarray(values if values.ndim == 3 else values[..., None], np.float32)
    return {"type": "bitmap", "bitmap": mi.Bitmap(picture), "raw": True, "wrap_mode": "clamp"}
