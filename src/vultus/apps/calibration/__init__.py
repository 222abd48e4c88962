"""Calibration on the user's own pictures: reading labels, templates, duplicates, the report and the list of pairs to look at."""
