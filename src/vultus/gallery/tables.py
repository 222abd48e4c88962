"""The gallery's tables as SQLAlchemy sees them; `migrations` makes them, and a test holds the two equal.

`sealed` columns hold ciphertext under the person's key (see `seal`), bound to the person id, "table.column" and the row id.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

GALLERY = MetaData()
KEY_STORE = MetaData()


def _person() -> Column[str]:
    return Column("person_id", String(32), ForeignKey("people.id", ondelete="CASCADE"), nullable=False)


settings = Table("settings", GALLERY, Column("key", String(32), primary_key=True), Column("value", Text, nullable=False))
state = Table(
    "state", GALLERY,
    Column("id", Integer, primary_key=True),
    Column("revision", Integer, nullable=False),  # grows by one in every transaction that changes people or templates
    Column("deleted_revision", Integer, nullable=False),  # the revision of the last removal
    Column("audit_seal", LargeBinary, nullable=False),
)
people = Table(
    "people", GALLERY,
    Column("id", String(32), primary_key=True),
    Column("name", LargeBinary, nullable=False),  # sealed
    Column("created", String(20), nullable=False),
    Column("revision", Integer, nullable=False, index=True),
)
sources = Table(
    "sources", GALLERY,
    Column("id", String(32), primary_key=True),
    _person(),
    Column("tag", LargeBinary, nullable=False),  # HMAC of the picture's bytes under the person's key
    Column("path", LargeBinary, nullable=False),  # sealed
    UniqueConstraint("person_id", "tag"),
)
faces = Table(
    "faces", GALLERY,
    Column("id", String(32), primary_key=True),
    _person(),
    Column("source_id", String(32), ForeignKey("sources.id", ondelete="CASCADE")),
    Column("details", LargeBinary),  # sealed JSON: box, score, quality
    Column("created", String(20), nullable=False),
)
templates = Table(
    "templates", GALLERY,
    Column("id", String(32), primary_key=True),
    _person(),
    Column("face_id", String(32), ForeignKey("faces.id", ondelete="CASCADE"), nullable=False),
    Column("space", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),  # sealed, float32 little-endian
    Column("revision", Integer, nullable=False, index=True),
    UniqueConstraint("face_id", "space"),
)
audit = Table(
    "audit", GALLERY,
    Column("seq", Integer, primary_key=True),
    Column("time", String(20), nullable=False),  # UTC, seconds
    Column("event", String(32), nullable=False),
    Column("person_id", String(32), nullable=False),  # empty for events of the whole gallery
    Column("detail", Text, nullable=False),  # JSON of counts
    Column("seal", LargeBinary, nullable=False),
)

secrets = Table("secrets", KEY_STORE, Column("name", String(32), primary_key=True), Column("value", LargeBinary, nullable=False))
person_keys = Table(
    "person_keys", KEY_STORE,
    Column("person_id", String(32), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
erased = Table(
    "erased", KEY_STORE,
    Column("seq", Integer, primary_key=True),
    Column("person_id", String(32), nullable=False, unique=True),
    Column("time", String(20), nullable=False),
)
