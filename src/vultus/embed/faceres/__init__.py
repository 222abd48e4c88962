from vultus.card import Card

CARD = Card(implements="method:FaceRes",
            summary="1024 numbers a face from a MobileNet trained on VGGFace2; the second recogniser, for judging",
            weights=("faceres",), capabilities=("batch",))
