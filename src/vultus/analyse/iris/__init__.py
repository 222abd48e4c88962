from vultus.card import Card

CARD = Card(implements="method:Iris", summary="centre and outline of both irises of every face",
            weights=("iris",), capabilities=("batch",))
