"""Who is handed in when nobody chooses."""

from __future__ import annotations

import pytest

from vultus.bench.needs import default_name, objects_for
from vultus.errors import InputError


def test_the_packaged_detector_and_recogniser_are_the_defaults():
    assert default_name("detect") == "detect/centerface" and default_name("embed") == "embed/dlib_resnet"


def test_the_only_method_of_a_task_or_the_marked_one_is_its_default(toys):
    toys.add("protect", "one")
    assert default_name("protect") == "protect/one"
    toys.add("protect", "two")
    with pytest.raises(InputError, match="protect/one, protect/two"):
        default_name("protect")
    toys.add("protect", "three", card="capabilities=('default',)")
    assert default_name("protect") == "protect/three"


def test_given_objects_come_first_and_only_what_the_card_needs(toys):
    method = toys.add("quality", card="needs=('embed',)")
    assert objects_for(method, {"embed": "mine", "detect": "unused"}) == {"embed": "mine"}


def test_a_method_that_needs_itself_is_told(toys):
    method = toys.add("protect", card="needs=('protect',)")
    with pytest.raises(InputError, match="themselves"):
        objects_for(method)
