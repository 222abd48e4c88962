from vultus.card import Card

CARD = Card(implements="method:FaceMesh", summary="468 points in three dimensions on every face",
            weights=("facemesh",), capabilities=("batch", "landmarks"))
