from vultus.card import Card

CARD = Card(implements="method:Age", summary="age in years of every face, with an error of about five years",
            weights=("faceres-deep",), capabilities=("batch",))
