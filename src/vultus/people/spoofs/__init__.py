"""Simulated presentation attacks: a picture printed, replayed on a screen, cut out and worn, or turned into a 3D mask.

Always to be reported as simulated attacks, not as an ISO/IEC 30107-3 test: a simulation says whether a method reacts to a cause
(dots of ink, the grid of a screen, a flat face), not how many attackers it stops. `signatures` measures each cause.
"""
