"""The model store, inference sessions, and the torch twin of packaged networks."""
