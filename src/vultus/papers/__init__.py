"""The published methods we build, as data: one file a brief under `points/`, listing every point that its demonstration must settle."""
