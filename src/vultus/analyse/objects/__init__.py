from vultus.card import Card

CARD = Card(implements="method:Objects", summary="persons and other objects of the 80 COCO classes in a picture",
            weights=("nanodet",), capabilities=("batch", "persons"))
