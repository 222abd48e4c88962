"""A recogniser that is handed in turns away people who look alike to it."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.people.dataset.judge import judge_with
from vultus.people.sampling import draw_identity

TEXT = "seed = 2\npeople_per_cell = 10\npictures_per_person = 1\nsize = 64\n[recogniser]\nname = 'colour'\ndistance = {distance}\n"


class Shade:
    """Two people are as alike as their brightness: the template is an angle on a circle."""

    template, space = "dlib-150", "shade"

    def embed(self, crops):
        from vultus.types import Embeddings
        angle = crops.images.mean((1, 2, 3)) / 80
        return Embeddings.normalised(np.stack([np.cos(angle), np.sin(angle)], -1), self.space)


def test_the_template_is_that_of_the_person(drawn_maker):
    judge = judge_with(drawn_maker.DrawnMaker(), Shade())
    dark = draw_identity(1)
    assert np.allclose(judge(dark), judge(dark)) and np.linalg.norm(judge(dark)) == pytest.approx(1)


def test_people_who_look_alike_are_turned_away(parse, make_drawn, drawn_maker, tmp_path):
    spec, distance = parse(TEXT.format(distance=0.004)), 0.004
    made = make_drawn(spec, tmp_path / "set", embedder=Shade())
    from vultus.people.dataset.virtual_people import open_people
    people = open_people(tmp_path / "set")
    judge = judge_with(drawn_maker.DrawnMaker(), Shade())
    rows = np.array([judge(people.scene(item).identity) for item in people.items()])
    near = 1 - rows @ rows.T + 9 * np.eye(len(rows))
    assert near.min() >= distance - 1e-6 and made.rejected > 0
    assert people.card["cells"]["c000"]["rejected"]["alike"] == made.rejected


def test_a_recogniser_must_be_handed_in(parse, make_drawn, tmp_path):
    with pytest.raises(InputError, match="the recogniser 'colour'"):
        make_drawn(parse(TEXT.format(distance=0.1)), tmp_path / "set")
