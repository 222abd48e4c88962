"""Authenticated encryption and key derivation of the gallery: AES-256-GCM (NIST SP 800-38D) and HKDF-SHA-256 (RFC 5869).

A sealed value is nonce (12 bytes, random) + ciphertext + tag (16 bytes). The words in `bound` (person id, column, row id)
are authenticated with it, so that a value moved to another row, column or person does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vultus.errors import StorageError

KEY_BYTES = 32
_NONCE_BYTES = 12
_PAD = 64  # a sealed text's length tells only a multiple of this


def new_key() -> bytes:
    """A random 256-bit key."""
    return os.urandom(KEY_BYTES)


def new_id() -> str:
    """A random 128-bit id, 32 hex digits."""
    return os.urandom(16).hex()


def seal(key: bytes, plain: bytes, *bound: str) -> bytes:
    """Encrypt `plain` under a 32-byte key, tied to the words in `bound`."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, _associated(bound))


def unseal(key: bytes, sealed: bytes, *bound: str) -> bytes:
    """Decrypt what `seal` made with the same key and words; StorageError if either differs or a byte was changed."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _associated(bound))
    except (InvalidTag, ValueError) as error:
        raise StorageError(f"{bound[0]}: expected a value sealed with this gallery's keys, got one that does not open; "
                           "it was altered or belongs elsewhere, restore it from a backup") from error


def seal_text(key: bytes, text: str, *bound: str) -> bytes:
    """`seal` for text, padded so that the stored length hides the text's length."""
    plain = text.encode()
    padding = -(len(plain) + 4) % _PAD
    return seal(key, len(plain).to_bytes(4, "big") + plain + bytes(padding), *bound)


def unseal_text(key: bytes, sealed: bytes, *bound: str) -> str:
    """Undo `seal_text`."""
    padded = unseal(key, sealed, *bound)
    return padded[4:4 + int.from_bytes(padded[:4], "big")].decode()


def derive(key: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose from a 32-byte key, so that no key serves two algorithms."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"vultus/{purpose}".encode()).derive(key)


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256, 32 bytes."""
    return hmac.new(key, message, hashlib.sha256).digest()


def _associated(bound: tuple[str, ...]) -> bytes:
    return "\0".join(("vultus-gallery-1", *bound)).encode()
