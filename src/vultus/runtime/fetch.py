"""Downloads one file over HTTP: encrypted unless the server is this machine, of a known size, complete or not at all.

Credentials go to the host that they were meant for: a redirect to another host loses them, and a redirect from https to http
is refused.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vultus._version import __version__
from vultus.errors import InputError, WeightsError
from vultus.runtime.atomic_file import replacing

Progress = Callable[[str, int, int | None], None]
MAX_BYTES = 2 << 30
_MAX_JSON = 32 << 20
_CHUNK = 1 << 18
_TIMEOUT = 60.0
_LOOPBACK = ("127.0.0.1", "::1")


def download(url: str, target: Path, *, sha256: str = "", size: int | None = None, token: str = "",
             progress: Progress | None = None) -> str:
    """Fetch `url` into `target`; nothing is left behind unless every byte came and the digest is right.

    Args:
        url: https, or http to 127.0.0.1.
        target: final path; replaced when it exists.
        sha256: hex digest that the file must have; empty = the caller checks it before opening the file.
        size: bytes that must come; None = what the server announces, at most 2 GiB.
        token: bearer token, sent to the host of `url` alone.
        progress: receives the file's name, bytes so far and bytes in all.

    Returns:
        The sha256 of what came.

    Raises:
        InputError: the address is not allowed.
        WeightsError: the server refused, the transfer broke off, or the content is not what was pinned.
        StorageError: the file cannot be written.
    """
    digest, came = hashlib.sha256(), 0
    with _open(url, token) as response, replacing(target) as file:
        total = _announced(response, url, size)
        for chunk in _chunks(response, url):
            came += len(chunk)
            if came > (total if total is not None else MAX_BYTES):
                raise WeightsError(f"download of {url} is longer than {total or MAX_BYTES} bytes; nothing was kept")
            digest.update(chunk)
            file.write(chunk)
            if progress:
                progress(target.name, came, total)
        if total is not None and came != total:
            raise WeightsError(f"download of {url} broke off after {came} of {total} bytes; nothing was kept, run the command "
                               "again")
        if sha256 and digest.hexdigest() != sha256:
            raise WeightsError(f"download of {url} has sha256 {digest.hexdigest()}, expected {sha256}; nothing was kept: "
                               "the file at the source changed or the transfer was tampered with")
    return digest.hexdigest()


def fetch_json(url: str, *, token: str = "", accept: str = "application/json") -> Any:
    """The JSON document at `url`, at most 32 MiB. Raises like `download`."""
    with _open(url, token, accept) as response:
        data = b""
        for chunk in _chunks(response, url):
            data += chunk
            if len(data) > _MAX_JSON:
                raise WeightsError(f"the answer of {url} is longer than {_MAX_JSON} bytes")
    try:
        return json.loads(data)
    except ValueError as error:
        raise WeightsError(f"the answer of {url} is not JSON; is the address that of the right service?") from error


def check_url(url: str) -> None:
    """Raise InputError unless `url` is https, or http to this machine, and carries no password."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise InputError("url", expected="an address without a password", got=f"one for {parts.hostname}")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise InputError("url", expected="https:// (http:// only to 127.0.0.1)", got=repr(url))


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 5

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        check_url(newurl)
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if before.scheme == "https" and after.scheme != "https":
            raise InputError("redirect", expected="https", got=repr(newurl), hint="the server sends downloads over an open line")
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        if request is not None and before.netloc != after.netloc:
            request.remove_header("Authorization")
        return request


@contextmanager
def _open(url: str, token: str, accept: str = "*/*") -> Iterator[http.client.HTTPResponse]:
    check_url(url)
    headers = {"User-Agent": f"vultus/{__version__}", "Accept": accept}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    # A proxy cannot reach this machine's own servers.
    proxies = [urllib.request.ProxyHandler({})] if urlsplit(url).hostname in _LOOPBACK else []
    opener = urllib.request.build_opener(_Redirects, *proxies)
    try:
        response = opener.open(urllib.request.Request(url, headers=headers), timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        with error:
            raise WeightsError(f"{url} answered {error.code} {error.reason}; {_advice(error.code)}") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise WeightsError(f"{url} cannot be reached: {reason}; check the address and the network") from error
    with response:
        yield response


def _advice(code: int) -> str:
    if code < 400:
        return "the redirect is not followed"
    if code in (401, 403):
        return "accept the model's terms there and set the token of the service"
    return "check name, version and file" if code == 404 else "try again later"


def _announced(response: http.client.HTTPResponse, url: str, size: int | None) -> int | None:
    stated = response.headers.get("Content-Length", "")
    announced = int(stated) if stated.isdecimal() else None
    if (size is not None and announced not in (None, size)) or (announced or 0) > MAX_BYTES:
        raise WeightsError(f"{url} has {announced} bytes, expected {size or f'at most {MAX_BYTES}'}; nothing was downloaded")
    return size if size is not None else announced


def _chunks(response: http.client.HTTPResponse, url: str) -> Iterator[bytes]:
    while True:
        try:
            chunk = response.read(_CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise WeightsError(f"download of {url} broke off ({error}); nothing was kept, run the command again") from error
        if not chunk:
            return
        yield chunk
