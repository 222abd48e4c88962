from vultus.card import Card

CARD = Card(implements="method:MobileFace", summary="256 numbers a face from a 2 MB net; fastest and least accurate",
            weights=("mobileface",), capabilities=("batch",))
