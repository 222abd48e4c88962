"""Change faces in pictures by named controls; size and dtype stay, exports are marked."""
