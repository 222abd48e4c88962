"""Represent faces: aligned crops of the embedder's own template in, unit vectors that may be compared within one space out."""
