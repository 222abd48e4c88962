"""Train, tune or make forget: labelled items and base weights in, fitted weights out, resumable."""
