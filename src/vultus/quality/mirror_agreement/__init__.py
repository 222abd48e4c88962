from vultus.card import Card

CARD = Card(implements="method:MirrorAgreement", weights=("dlib-resnet29",), capabilities=("batch",),
            summary="how much the recogniser agrees with itself when it sees the face in a mirror; needs no training")
