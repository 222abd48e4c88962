"""People from other packages' files into a gallery: one module a format, one small interface (`entry.Format`).

No format is ever unpickled; what only a pickle holds is refused with a script that the user runs in the old environment (`recipe`).
"""

from vultus.gallery.importers.entry import Entry, Refused
from vultus.gallery.importers.formats import FORMATS, recipe
from vultus.gallery.importers.intake import ImportOutcome, ImportPlan, plan
from vultus.gallery.importers.legacy_encodings import LEGACY_SPACE, legacy_encodings

__all__ = ["Entry", "FORMATS", "ImportOutcome", "ImportPlan", "LEGACY_SPACE", "Refused", "legacy_encodings", "plan", "recipe"]
