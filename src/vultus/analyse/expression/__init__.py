from vultus.card import Card

CARD = Card(implements="method:Expression", summary="which of seven expressions a face is taken to show; off until a purpose is declared",
            weights=("emotion",), capabilities=("batch", "restricted"))
