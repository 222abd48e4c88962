from vultus.card import Card

CARD = Card(implements="method:AntispoofNet", summary="liveness of one picture by a 128-px net; at chance, for comparison",
            needs=("detect",), weights=("antispoof",), capabilities=("picture", "batch"))
