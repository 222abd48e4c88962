"""Build hook: puts the packaged models into the tree before a wheel or an editable install is made."""

import importlib
import sys
import types
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_RUNTIME = Path("src", "vultus", "runtime")
_FOLDER = _RUNTIME / "models_packaged"


class PackagedModelsHook(BuildHookInterface):
    """Fetches, checks and converts the models listed in `packaged_sources.toml`; does nothing when they are there."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        build = _load_neighbours(root / _RUNTIME)
        build.gather_models(root / _FOLDER, say=lambda line: self.app.display_info(f"packaged models: {line}"))
        if version == "standard" and (root / "results").is_dir():
            build_data["force_include"][str(root / "results")] = "vultus/results"
        build_data["artifacts"] += [f"/{_FOLDER.as_posix()}/{name}" for name in ("*.onnx", "*.txt", "index.json")]


def _load_neighbours(folder: Path) -> types.ModuleType:
    """Import `packaged_build` and the modules beside it without importing the package they belong to."""
    package = types.ModuleType("vultus_build")
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    return importlib.import_module(f"{package.__name__}.packaged_build")
