"""Workflows over tasks: each module or folder is one application of the package."""
