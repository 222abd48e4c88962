"""What to begin with: a commented specification, and the attributes that cells may restrict."""

from __future__ import annotations

from pathlib import Path


def example() -> str:
    """A specification of 1,000 pictures of 200 people in ten cells, with what else could stand in it as comments."""
    return Path(__file__).with_name("example.toml").read_text("utf-8")


def attributes() -> dict[str, str]:
    """Attribute of a cell -> what it may be, in words; short names first."""
    from vultus.people.sampling.attributes import AGES, CHOICES, GENDERS, GROUPS, NUMBERS
    named = {"gender": f"{', '.join(GENDERS)}; or a range 0 (female) .. 1 (male)",
             "ages": ", ".join(f"{name} ({low:g}..{high:g})" for name, (low, high) in AGES.items()) + "; or a range of years",
             "group": f"{', '.join(GROUPS)} (rendered phenotypes, not people's identity)", "glasses": "true, false, or styles",
             "hair, hair_colour, eye_colour, beard": "short for hair.style, hair.colour, eyes.colour, beard.style",
             "melanin": "short for skin.melanin, as every last part of a name that is unique"}
    words = {name: ", ".join(choices) for name, choices in CHOICES.items() if name not in named}
    numbers = {name: f"{low:g}..{high:g}" for name, (low, high) in NUMBERS.items()}
    return {**named, **words, **numbers}
