from __future__ import annotations

import hashlib
import hmac

import pytest

from vultus.errors import StorageError
from vultus.gallery import seal

KEY = bytes(range(32))


def test_a_sealed_value_opens_only_where_it_belongs():
    sealed = seal.seal(KEY, b"template", "templates.vector", "person", "row")
    assert seal.unseal(KEY, sealed, "templates.vector", "person", "row") == b"template"
    for bound in (("people.name", "person", "row"), ("templates.vector", "other", "row"), ("templates.vector", "person", "other"),
                  ("templates.vector", "personrow"), ("templates.vector", "person\0row", "")):
        with pytest.raises(StorageError, match="does not open"):
            seal.unseal(KEY, sealed, *bound)
    with pytest.raises(StorageError):
        seal.unseal(bytes(32), sealed, "templates.vector", "person", "row")


def test_every_changed_bit_is_noticed():
    sealed = seal.seal(KEY, b"x", "column", "person", "row")
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(StorageError):
            seal.unseal(KEY, bytes(altered), "column", "person", "row")
    for length in range(len(sealed)):
        with pytest.raises(StorageError):
            seal.unseal(KEY, sealed[:length], "column", "person", "row")


def test_sealing_twice_gives_different_bytes():
    assert len({seal.seal(KEY, b"x", "column") for _ in range(100)}) == 100


@pytest.mark.parametrize("text", ["", "Ada", "山田", "x" * 60, "x" * 61, "\0", "ends with zero\0"])
def test_text_comes_back_and_its_length_is_hidden(text):
    sealed = seal.seal_text(KEY, text, "people.name", "person", "row")
    assert seal.unseal_text(KEY, sealed, "people.name", "person", "row") == text
    assert (len(sealed) - 12 - 16) % 64 == 0


def test_derived_keys_follow_rfc_5869():
    extracted = hmac.new(bytes(32), KEY, hashlib.sha256).digest()
    assert seal.derive(KEY, "audit") == hmac.new(extracted, b"vultus/audit\x01", hashlib.sha256).digest()
    assert seal.derive(KEY, "audit") != seal.derive(KEY, "picture tag")
