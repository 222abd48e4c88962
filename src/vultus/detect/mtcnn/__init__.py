from vultus.card import Card

CARD = Card(implements="method:Mtcnn", summary="three small networks in a cascade over a pyramid; the second detector",
            weights=("mtcnn-pnet", "mtcnn-rnet", "mtcnn-onet"), capabilities=("points", "batch", "rotated", "tight"))
