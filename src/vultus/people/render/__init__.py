"""The fast renderer: camera, light, shading, sensor and the rasteriser that joins them."""
