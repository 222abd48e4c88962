"""Score an attack: how likely a sample (picture, pair, clip, text) is not what it claims to be; higher = more likely."""
