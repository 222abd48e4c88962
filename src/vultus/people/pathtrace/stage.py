"""A sculpture and its scene as a Mitsuba scene."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.pathtrace.eyeball import eyeball
from vultus.people.pathtrace.relief import normal_map
from vultus.people.pathtrace.sky import sky
from vultus.people.pathtrace.strand_curves import curves
from vultus.people.pathtrace.surfaces import eye, plain, skin
from vultus.people.render.camera import focal_px, position_mm
from vultus.people.render.rasteriser import PULSE_GREEN, PULSE_RGB
from vultus.people.render.scenery import TINTS
from vultus.people.scene import Camera, Scene
from vultus.people.shapes import Mesh, Part, Sculpture

Float = NDArray[np.float32]
EYES = (Part.EYE_RIGHT, Part.EYE_LEFT)


def stage(mi: Any, sculpture: Sculpture, scene: Scene, samples: int, depth: int, folder: Path) -> Any:
    """The scene, ready to render; `folder` holds files of strands until that is done."""
    lenses = any(bool((mesh.part == Part.LENS).any()) for mesh in sculpture.meshes)
    described: dict[str, Any] = {
        "type": "scene", "sensor": sensor(mi, scene.camera, samples),
        "sky": {"type": "envmap", "bitmap": mi.Bitmap(sky(scene.light))},
        # plain path tracing lets no lamp through a lens; the volumetric one does
        "how": {"type": "volpath" if lenses else "path", "max_depth": depth, "rr_depth": 5, "hide_emitters": True},
    }
    described |= _head(mi, sculpture, scene.pulse)
    for place, mesh in enumerate(sculpture.meshes):
        described |= _things(mi, mesh, place, skip=(Part.SKIN, *EYES) if place == 0 else ())
    for place, strands in enumerate(sculpture.strands):
        if len(strands.points):
            described |= curves(strands, folder, f"strands-{place}")
    return mi.load_dict(described)


def sensor(mi: Any, camera: Camera, samples: int) -> dict[str, Any]:
    """The pinhole camera of `render.camera`, a box filter so that a pixel sees what lies in it."""
    return {
        "type": "perspective", "fov": math.degrees(2 * math.atan(camera.height / 2 / focal_px(camera))), "fov_axis": "y",
        "near_clip": 1.0, "far_clip": 1e5,
        "principal_point_offset_x": 0.5 - camera.centre[0], "principal_point_offset_y": 0.5 - camera.centre[1],
        "to_world": mi.ScalarTransform4f().look_at(position_mm(camera).tolist(), [0, 0, 0], [0, 1, 0]),
        "film": {"type": "hdrfilm", "width": camera.width, "height": camera.height, "pixel_format": "rgba", "component_format": "float32",
                 "rfilter": {"type": "box"}},
        "sampler": {"type": "multijitter", "sample_count": grid_of(samples)},
    }


def grid_of(samples: int) -> int:
    """The least count from `samples` up that the sampler takes: its strata are rows x columns, as many columns as the whole root."""
    columns = math.isqrt(samples)
    return columns * -(-samples // columns)


def _head(mi: Any, sculpture: Sculpture, pulse: float) -> dict[str, Any]:
    mesh, materials = sculpture.meshes[0], sculpture.materials
    taken = 1 - np.float32(pulse * PULSE_GREEN) * PULSE_RGB * materials.blood[..., None]
    rows = np.flatnonzero(mesh.part == Part.SKIN)
    shapes = {}
    if len(rows):
        corners = mesh.triangles[rows].reshape(-1)
        surface = skin(mi, replace(materials, albedo=materials.albedo * taken), normal_map(mesh, materials, sculpture.turn))
        shapes["skin"] = _mesh(mi, mesh.vertices[corners], mesh.normals[corners], np.arange(len(corners)), surface,
                               uv=mesh.uv[rows].reshape(-1, 2))
    for side, part in enumerate(EYES):
        if (mesh.part == part).any():
            ball = eyeball(sculpture, side)
            shapes[f"eye-{side}"] = _mesh(mi, ball.vertices, ball.normals, ball.triangles, eye(mi, materials.eye[side]), uv=ball.uv)
    return shapes


def _things(mi: Any, mesh: Mesh, place: int, skip: tuple[Part, ...]) -> dict[str, Any]:
    """One shape for each part of a mesh that is coloured by triangle."""
    shapes = {}
    for part in sorted({int(each) for each in np.unique(mesh.part)} - {int(each) for each in skip}):
        rows = np.flatnonzero(mesh.part == part)
        surface = plain(Part(part), float(mesh.alpha[rows].mean()))
        shapes[f"thing-{place}-{part}"] = _mesh(mi, mesh.vertices, mesh.normals, mesh.triangles[rows], surface,
                                                colour=mesh.colour[rows] * TINTS[part])
    return shapes


def _mesh(mi: Any, vertices: Float, normals: Float, triangles: NDArray[Any], surface: dict[str, Any], uv: Float | None = None,
          colour: Float | None = None) -> Any:
    props = mi.Properties()
    props["mesh_bsdf"] = mi.load_dict(surface)
    mesh = mi.Mesh("mesh", len(vertices), triangles.size // 3, has_vertex_normals=True, has_vertex_texcoords=uv is not None, props=props)
    if colour is not None:
        mesh.add_attribute("face_color", 3, np.ravel(colour).astype(np.float32))
    values = mi.traverse(mesh)
    values["vertex_positions"] = np.ravel(vertices).astype(np.float32)
    values["vertex_normals"] = np.ravel(normals).astype(np.float32)
    values["faces"] = np.ravel(triangles).astype(np.uint32)
    if uv is not None:
        values["vertex_texcoords"] = np.ravel(uv).astype(np.float32)
    values.update()
    return mesh
