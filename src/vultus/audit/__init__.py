"""Measure a system on labelled items and report, with intervals, how often it is wrong and for whom."""
