"""The gallery: people, faces and templates in an embedded database, encrypted, with an exact search in memory."""

from vultus.gallery.audit import AuditResult
from vultus.gallery.gallery import Gallery
from vultus.gallery.key_source import KeySource
from vultus.gallery.records import Enrolled, Forgotten, GalleryInfo, Hit, Identification, Person
from vultus.gallery.source import Source

__all__ = ["AuditResult", "Enrolled", "Forgotten", "Gallery", "GalleryInfo", "Hit", "Identification", "KeySource", "Person",
           "Source"]
