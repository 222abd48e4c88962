from vultus.card import Card

CARD = Card(implements="method:OnnxEmbedder", summary="templates from any recogniser of the model store, also one that you brought",
            weights=("dlib-resnet29",), capabilities=("batch",))
