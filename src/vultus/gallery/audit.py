"""The audit log: what happened, in order, to which random person id; never a name, a vector or a path.

Entry n carries seal_n = HMAC(k, seal_(n-1) || entry n), and the state row carries HMAC(k, "head" || seal of the last entry), k a
secret of the gallery kept in the key store. An edited, removed, inserted or reordered entry breaks the chain, and a shortened log
does not fit the head. A complete older copy of the gallery is consistent in itself: the log cannot show that it was put back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from vultus.gallery import clock, seal, tables

_START = bytes(32)


@dataclass(frozen=True)
class AuditResult:
    """Outcome of a check: `entries` read, `intact`, and in words what is wrong, empty if nothing."""

    entries: int
    intact: bool
    problem: str = ""


def append(connection: Connection, key: bytes, event: str, person_id: str = "",
           detail: Mapping[str, int | bool] | None = None) -> None:
    """Add an entry inside the caller's write transaction."""
    newest = select(tables.audit.c.seq, tables.audit.c.seal).order_by(tables.audit.c.seq.desc()).limit(1)
    last = connection.execute(newest).first()
    seq, previous = (last.seq + 1, last.seal) if last else (1, _START)
    entry = {"seq": seq, "time": clock.now(), "event": event, "person_id": person_id, "detail": json.dumps(dict(detail or {}))}
    sealed = _seal(key, previous, entry)
    connection.execute(insert(tables.audit).values(seal=sealed, **entry))
    connection.execute(update(tables.state).values(audit_seal=_head(key, sealed)))


def entries(connection: Connection) -> list[dict[str, Any]]:
    """Every entry, oldest first, without its seal."""
    columns = [column for column in tables.audit.c if column.name != "seal"]
    rows = connection.execute(select(*columns).order_by(tables.audit.c.seq)).mappings()
    return [{**row, "detail": json.loads(row["detail"])} for row in rows]


def verify(connection: Connection, key: bytes) -> AuditResult:
    """Recompute the chain."""
    rows = connection.execute(select(tables.audit).order_by(tables.audit.c.seq)).mappings()
    head = connection.execute(select(tables.state.c.audit_seal)).scalar_one()
    return _verify_rows([dict(row) for row in rows], head, key)


def _verify_rows(rows: Iterable[Mapping[str, Any]], head: bytes, key: bytes) -> AuditResult:
    previous, count = _START, 0
    for row in rows:
        count += 1
        if row["seq"] != count:
            return AuditResult(count, False, f"entry {count} is missing")
        if row["seal"] != _seal(key, previous, row):
            return AuditResult(count, False, f"entry {count} was changed, or the one before it was replaced")
        previous = row["seal"]
    if head != _head(key, previous):
        return AuditResult(count, False, f"entries after {count} are missing, or the end of the log was replaced")
    return AuditResult(count, True)


def _seal(key: bytes, previous: bytes, entry: Mapping[str, Any]) -> bytes:
    fields = [entry["seq"], entry["time"], entry["event"], entry["person_id"], entry["detail"]]
    return seal.mac(key, previous + json.dumps(fields).encode())


def _head(key: bytes, last: bytes) -> bytes:
    return seal.mac(key, b"head" + last)
