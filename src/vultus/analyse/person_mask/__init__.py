from vultus.card import Card

CARD = Card(implements="method:PersonMask", summary="which pixels of a picture show a person",
            weights=("selfie",), capabilities=("batch", "persons"))
