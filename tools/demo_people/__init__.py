"""Renderer of the virtual people that the demonstration and the tests use (a tool, not part of the product)."""
