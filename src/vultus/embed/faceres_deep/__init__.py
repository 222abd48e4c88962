from vultus.card import Card

CARD = Card(implements="method:FaceResDeep",
            summary="1024 numbers a face from the FaceRes net retrained for age and gender; weaker than faceres",
            weights=("faceres-deep",), capabilities=("batch",))
