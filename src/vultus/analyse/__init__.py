"""Describe faces or pictures: measurements under the closed vocabulary of `Analysis`."""
