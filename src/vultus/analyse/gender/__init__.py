from vultus.card import Card

CARD = Card(implements="method:PerceivedGender", summary="how a face is labelled by gender; off until a purpose is declared",
            weights=("faceres-deep",), capabilities=("batch", "restricted"))
