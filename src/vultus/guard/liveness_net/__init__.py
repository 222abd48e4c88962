from vultus.card import Card

CARD = Card(implements="method:LivenessNet", summary="liveness of one picture by a 32-px net; close to chance, for comparison",
            needs=("detect",), weights=("liveness",), capabilities=("picture", "batch"))
