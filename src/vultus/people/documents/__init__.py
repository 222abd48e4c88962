"""Fictitious identity documents of a state that does not exist, with every printed word's polygon and the machine-readable zone.

For training and testing readers and document checks. The issuing state is always UTO ("Utopia", the code that ICAO Doc 9303
uses for its specimens), a printed line says that neither state nor person exists, and there is no way to name another.
"""

from vultus.people.documents.document import KINDS, Document, Word
from vultus.people.documents.fields import IdentityFields, sample_fields
from vultus.people.documents.making import make_document, mrz_lines
from vultus.people.documents.mrz import Mrz, check_digit, read_mrz, write_mrz
from vultus.people.documents.photographing import Photograph, photograph
from vultus.people.documents.transliteration import transliterate

__all__ = ["KINDS", "Document", "IdentityFields", "Mrz", "Photograph", "Word", "check_digit", "make_document", "mrz_lines", "photograph",
           "read_mrz", "sample_fields", "transliterate", "write_mrz"]
