from vultus.card import Card

CARD = Card(implements="method:Components", capabilities=("batch", "default"),
            summary="28 named measures of size, pose, light and detail, 0..100 each, with ISO/IEC 29794-5 names where it defines them")
