"""The name field of a machine-readable zone and how a name that is too long is shortened (ICAO Doc 9303-4, section 4.2.3).

Doc 9303 allows several ways and shows them by specimen; the one taken: components of the primary identifier (family name)
become initials, the last first, until `<<` and one letter of the secondary identifier fit; the secondary identifier (given
names) then loses exactly as many letters as needed, the last component first, each keeping its initial where possible. A
shortened field ends with a letter in its last position, which is how a reader sees that it may be shortened.
"""

from __future__ import annotations


def name_field(primary: str, secondary: str, length: int) -> str:
    """`PRIMARY<<SECONDARY` filled or shortened to `length`; both are transliterated, `secondary` may be empty."""
    whole = f"{primary}<<{secondary}" if secondary else primary
    if len(whole) <= length:
        return whole.ljust(length, "<")
    if not secondary:
        return _shortened(primary.split("<"), length)
    first = _initialled(primary.split("<"), length - 3)
    room = length - len(first) - 2
    if len(secondary) < room:
        first = _lengthened(first, primary, room - len(secondary))
        room = len(secondary)
    return f"{first}<<{_shortened(secondary.split('<'), room)}"


def _shortened(components: list[str], length: int) -> str:
    """Exactly `length` characters (fewer if the components hold fewer): letters leave from the end, then whole components."""
    kept = list(components)
    while len(kept) > 1 and 2 * len(kept) - 1 > length:
        kept.pop()
    over = len("<".join(kept)) - length
    for place in range(len(kept) - 1, -1, -1):
        cut = min(max(over, 0), len(kept[place]) - 1)
        kept[place] = kept[place][: len(kept[place]) - cut]
        over -= cut
    return "<".join(kept)


def _initialled(components: list[str], length: int) -> str:
    kept = list(components)
    for place in range(len(kept) - 1, 0, -1):
        if len("<".join(kept)) > length:
            kept[place] = kept[place][0]
    return _shortened(kept, length)


def _lengthened(shortened: str, whole: str, letters: int) -> str:
    """Give `letters` back to components that lost some, the first such component first."""
    kept = shortened.split("<")
    for place, full in enumerate(whole.split("<")[: len(kept)]):
        back = min(letters, len(full) - len(kept[place]))
        kept[place] = full[: len(kept[place]) + back]
        letters -= back
    return "<".join(kept)
