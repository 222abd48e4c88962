"""Data sets of people who do not exist: a specification becomes pictures, labels and a manifest, the same bytes every time.

`make` makes one, `check` compares it with its digests, `open_people` reads it as `types.Item`s, as pairs or for torch.
"""
