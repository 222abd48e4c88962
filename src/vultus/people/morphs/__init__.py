"""Simulated morphs of two faces: one picture that is to pass as both people.

Always to be reported as simulated attacks, not as an ISO/IEC 30107-3 test. Points are handed in, (n, 2), for example the 68 of the
labels or a mesh net's. `signatures` scores both people with a recogniser that is handed in.
"""
