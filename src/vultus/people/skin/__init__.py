"""Textures of skin, lips, eyes and clothing of one identity, and where hair grows on the head."""
