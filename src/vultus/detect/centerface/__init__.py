from vultus.card import Card

CARD = Card(implements="method:CenterFace", summary="boxes and five points in one pass, small and fast; the default detector",
            weights=("centerface",), capabilities=("points", "batch", "rotated", "tight"))
