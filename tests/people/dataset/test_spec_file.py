"""Specifications are refused with the key that is wrong and a suggestion, before anything is drawn."""

from __future__ import annotations

import pytest

from vultus.errors import InputError
from vultus.people.dataset.examples import attributes, example
from vultus.people.dataset.spec import Spec
from vultus.people.dataset.spec_file import read_spec

BASE = "seed = 1\npeople_per_cell = 10\npictures_per_person = 4\n"

WRONG = [
    ("sead = 1", "did you mean seed"),
    ("seed = -1", "seed: expected a whole number 0"),
    ("seed = true", "seed"),
    ("people_per_cell = -3", "people_per_cell: expected a whole number 1"),
    ("people_per_cell = 2.5", "people_per_cell"),
    ("pictures_per_person = 0", "pictures_per_person"),
    ("size = 8", "size: expected a side"),
    ("size = 100000", "size"),
    ("size = [64, 64, 3]", "size"),
    ("minimum_distance = -1", "minimum_distance"),
    ("labels = ['parsng']", "did you mean parsing"),
    ("labels = 3", "labels: expected a list of words"),
    ("[cells]\ngender = ['female']\nlabels = ['depth']", r"labels: expected above the first \[table\].*below \[cells\]"),
    ("cells = 3", r"cells: expected a table \[cells\]"),
    ("[cells]\ngendr = ['female']", "did you mean gender"),
    ("[cells]\ngender = ['femal']", "did you mean female"),
    ("[cells]\ngender = 'female'", "a list of levels.*everyone"),
    ("[cells]\nmelanin = [[0.5, 0.2]]", "low <= high"),
    ("[cells]\nmelanin = [[0.5, 2]]", "within 0..1"),
    ("[cells]\nage = ['young', [18, 35]]", "cells 1 and 2, which mean the same"),
    ("[cells]\ngender = ['female']\nbeard = ['full']", "beard"),
    ("[everyone]\nlocal = { nose = 3 }", "nose"),
    ("[[cell]]\ngender = 'female'\n[cells]\nage = ['young']", "both"),
    ("[views]\nyaw = [0, 95]", "yaw: expected low <= high within -90..90"),
    ("[views]\nyaw = [0, 10]", "one a view"),
    ("[[view]]\nyaww = 3", "did you mean yaw"),
    ("[[view]]\nexpression = 'smiel'\n[[view]]\n[[view]]\n[[view]]", "smile"),
    ("[[view]]\nlight = 'studoi'\n[[view]]\n[[view]]\n[[view]]", "studio"),
    ("[[view]]\nglasses = true\n[[view]]\n[[view]]\n[[view]]", "cells whose people own glasses"),
    ("[[view]]\npreset = 'wild'\n[[view]]\n[[view]]\n[[view]]", "the preset stands in"),
    ("variation = 'wlid'", "did you mean wild"),
    ("[variation]\nyaww = 3", "did you mean yaw"),
    ("[variation]\nbackground = 'picture'", "files in `pictures`"),
    ("[format]\nkind = 'jpg'", "did you mean jpeg"),
    ("[format]\nkind = 'png'\nquality = 3", "none with png"),
    ("[format]\nquality = 0", "quality"),
    ("[splits]\ntrain = 0.75\ntest = 0.25", "whole people in every cell of 10.*train 7.5"),
    ("[splits]\ntrain = 7\ntest = 2", "a sum of 9"),
    ("[splits]\ntrain = 0.5\ntest = 0.4", "a sum of 0.9"),
    ("[splits]\ntrain = -1\ntest = 11", "splits.train"),
    ("[[simulate]]\nname = 'webcm'\nshare = 0.5", "did you mean webcam"),
    ("[[simulate]]\nname = 'webcam'", "a share or extra"),
    ("[[simulate]]\nname = 'webcam'\nshare = 0.33", "whole pictures of the 40"),
    ("[[simulate]]\nname = 'webcam'\nshare = 1.5", "share: expected a number 0..1"),
    ("[[simulate]]\nname = 'webcam'\nshare = 0.7\n[[simulate]]\nname = 'printed'\nshare = 0.7", "sum to 1 or less, got 1.4"),
    ("[[simulate]]\nname = 'webcam'\nextra = -1", "extra"),
    ("[cells]\ngroup = [1]", "group: expected a known group, got '1'; known are african, asian, caucasian"),
    ("[cells]\nhair = ['mohawk']", "known are bald, buzz"),
    ("[everyone]\ngender = 'male'\n[cells]\ngender = ['female']", r"everyone.gender: expected in \[everyone\] or in cells, got in both"),
    ("[variation]\nhat = 'fez'", "known are none, cap, beanie, headscarf"),
    ("[variation]\nexpression = [1]", "pairs of a name and its share"),
    ("[variation]\nexpression = [['smile']]", "pairs of a name and its share"),
    ("[variation]\npictures = 3", "pictures: expected files"),
    ("[variation]\npictures = ['no such file.png']", "variation.pictures: expected picture files, got no such file.png"),
    ("[[view]]\npictures = ['no such file.png']\n[[view]]\n[[view]]\n[[view]]", "variation.pictures: expected picture files"),
    ("[variation]\nclothing = ['a', 'b', 'c']", "clothing: expected sRGB"),
    ("[splits]\nTest = 5\ntest = 5", "more than capitals"),
    ("[splits]\n" + "a" * 41 + " = 10", "a plain name"),
    ("[recogniser]\nname = ''\ndistance = 0.1", "a name and a distance"),
    ("[[simulate]]\nname = 'webcam'\nshare = 0.5\nsettings = { rom = 1 }", "did you mean room"),
    ("[[simulate]]\nname = 'webcam'\nshare = 0.5\nsettings = { room = 9 }", "room: expected 0..2"),
    ("[[simulate]]\nname = 'webcam'\nshare = 0.5\nsettings = { room = 'x' }", "webcam.room: expected a value like"),
    ("[[simulate]]\nname = 'webcam'\nshare = 0.5\nsettings = { sensor = { jpg = 3 } }", "did you mean jpeg"),
    ("[recogniser]\nname = 'dlib_resnet'", "a name and a distance"),
]


@pytest.mark.parametrize("text, message", WRONG)
def test_what_is_wrong_is_named(parse, text, message):
    first = text.split(" ")[0]
    base = "".join(line + "\n" for line in BASE.splitlines() if line.split(" ")[0] != first)
    with pytest.raises(InputError, match=f"(?s){message}") as caught:
        parse(base + text if text.startswith("[") else text + "\n" + base)
    assert "\n" not in str(caught.value)


def test_nothing_given_is_named(parse):
    for key in ("seed", "people_per_cell", "pictures_per_person"):
        with pytest.raises(InputError, match=rf"{key}.*got none"):
            parse("".join(line + "\n" for line in BASE.splitlines() if not line.startswith(key)))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="vultus people spec"):
        read_spec(tmp_path / "none.toml", ())
    (tmp_path / "bad.toml").write_text("seed = = 3")
    with pytest.raises(InputError, match=r"SPEC.*line 1"):
        read_spec(tmp_path / "bad.toml", ())
    (tmp_path / "latin.toml").write_bytes(b"# \xe9\n")
    with pytest.raises(InputError, match="SPEC"):
        read_spec(tmp_path / "latin.toml", ())


def test_cells_are_every_combination(parse):
    spec = parse(BASE + "[everyone]\nglasses = false\n[cells]\ngender = ['female', 'male']\nskin.melanin = [[0, 0.3], [0.7, 1]]\n")
    assert [dict(cell) for cell in spec.cells] == [
        {"glasses": False, "gender": gender, "skin.melanin": band} for gender in ("female", "male") for band in ((0, 0.3), (0.7, 1))]
    assert spec.attributes == ("glasses", "gender", "skin.melanin") and spec.people == 40


def test_cells_one_by_one_and_none(parse):
    assert len(parse(BASE + "[[cell]]\ngender = 'female'\n[[cell]]\nages = 'old'\n").cells) == 2
    assert parse(BASE).cells == ({},)


def test_views_cross_and_give_the_number_of_pictures(parse):
    spec = parse("seed = 1\npeople_per_cell = 1\n[views]\nyaw = [-30, 0, 30]\nexpression = ['neutral', 'smile']\n")
    assert spec.pictures_per_person == 6 and spec.views[1] == {"yaw": -30, "expression": "smile"}


def test_splits_by_share_and_by_people_are_the_same(parse):
    by_share, by_people = (parse(BASE + f"[splits]\n{split}") for split in ("train = 0.7\ntest = 0.3", "train = 7\ntest = 3"))
    assert by_share.splits == by_people.splits == (("train", 7), ("test", 3)) and by_share.digest == by_people.digest


def test_the_digest_follows_from_what_is_meant(parse):
    assert parse(BASE).digest == parse("# a remark\n" + BASE + "size = 256\n").digest
    assert len({parse(BASE + more).digest for more in ("", "size = 128\n", "minimum_distance = 0.1\n", "[format]\nkind = 'png'\n")}) == 4
    assert isinstance(parse(BASE), Spec)


def test_the_example_makes_a_thousand_pictures(parse):
    spec = parse(example())
    assert spec.people * spec.pictures_each == 1000 and len(spec.cells) == 10 and dict(spec.splits) == {"train": 14, "dev": 2, "test": 4}


def test_the_list_of_attributes_has_what_cells_take(parse):
    for name, value in (("skin.freckles", "[0.1, 0.2]"), ("hair.style", "'bob'"), ("gender", "'male'")):
        assert name in attributes() and parse(BASE + f"[everyone]\n{name} = {value}\n").cells


def test_years_without_end_can_be_written(tmp_path):
    (tmp_path / "s.toml").write_text(BASE + "[everyone]\nhair.grey_from = inf\n[variation]\nclothing = 'any'\n")
    spec = read_spec(tmp_path / "s.toml", ())
    assert spec.to_dict()["cells"] == [{"hair.grey_from": "inf"}] and len(spec.digest) == 64
    assert spec.variation_of(0).clothing is None
