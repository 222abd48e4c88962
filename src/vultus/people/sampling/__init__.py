"""Who is drawn: identities from seeds and cells, sets of people that keep their distance, and scenes they are seen in."""

from vultus.people.sampling.cell import Cell, cross
from vultus.people.sampling.crowd import Drawn, Tally, draw_people
from vultus.people.sampling.distance import distance, distances, features
from vultus.people.sampling.lights import LIGHT_NAMES, light
from vultus.people.sampling.person import aged, draw_identity
from vultus.people.sampling.scenes import draw_scene, vary
from vultus.people.sampling.variation import Variation

__all__ = ["LIGHT_NAMES", "Cell", "Drawn", "Tally", "Variation", "aged", "cross", "distance", "distances", "draw_identity", "draw_people",
           "draw_scene", "features", "light", "vary"]
