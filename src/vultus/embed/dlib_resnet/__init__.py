from vultus.card import Card

CARD = Card(implements="method:DlibResNet", summary="128 numbers a face from dlib's ResNet-29; the default recogniser",
            weights=("dlib-resnet29",), capabilities=("batch",))
