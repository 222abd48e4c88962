"""Who is drawn: identities from seeds and cells, sets of people that keep their distance, and scenes they are seen in."""

from vultus.people.sampling.cell import Cell, cross
from vultus.people.sampling.crowd import Drawn, Tally, draw_people
from vultus.people.sampling.distance import distance, distances, features
from vultus.people.sampling.person import aged, draw_identity

__all__ = ["Cell", "Drawn", "Tally", "aged", "cross", "distance", "distances", "draw_identity", "draw_people", "features"]
