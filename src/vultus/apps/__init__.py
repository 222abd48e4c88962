"""Workflows over tasks: each folder is one application of the package."""
