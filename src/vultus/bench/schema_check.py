"""A light check of a record against `report.schema.json`: the keywords which that schema uses, without another package."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vultus.errors import InputError

SCHEMA_FILE = Path(__file__).parents[1] / "report.schema.json"
_TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "number": (int, float),
                          "integer": int}


def check_schema(record: Mapping[str, Any]) -> None:
    """Raise InputError naming the first place where `record` (a report's `as_dict`) departs from the schema."""
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    fault = _fault(record, schema, schema, "report")
    if fault:
        raise InputError(fault[0], expected=fault[1], got=fault[2])


def _fault(value: Any, rule: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> tuple[str, str, str] | None:
    """The first fault as (place, expected, got), None when there is none."""
    if "$ref" in rule:
        return _fault(value, schema["$defs"][rule["$ref"].rpartition("/")[2]], schema, where)
    if "anyOf" in rule:
        faults = [_fault(value, option, schema, where) for option in rule["anyOf"]]
        return None if None in faults else faults[-1]
    if "const" in rule and value != rule["const"]:
        return where, repr(rule["const"]), _short(value)
    if "enum" in rule and value not in rule["enum"]:
        return where, " or ".join(rule["enum"]), _short(value)
    wanted = rule.get("type")
    if wanted and not any(_is(value, name) for name in ([wanted] if isinstance(wanted, str) else wanted)):
        return where, wanted if isinstance(wanted, str) else " or ".join(wanted), _short(value)
    if isinstance(value, dict):
        return _fault_in_object(value, rule, schema, where)
    if isinstance(value, list):
        return _fault_in_array(value, rule, schema, where)
    return _fault_in_scalar(value, rule, where)


def _fault_in_object(value: dict[str, Any], rule: Mapping[str, Any], schema: Mapping[str, Any],
                     where: str) -> tuple[str, str, str] | None:
    for name in rule.get("required", ()):
        if name not in value:
            return f"{where}.{name}", "a value", "none"
    known, other = rule.get("properties", {}), rule.get("additionalProperties", True)
    for name, inner in value.items():
        if name not in known and other is False:
            return where, "keys " + ", ".join(known), repr(name)
        inner_rule = known.get(name, other)
        if isinstance(inner_rule, dict) and (fault := _fault(inner, inner_rule, schema, f"{where}.{name}")):
            return fault
    return None


def _fault_in_array(value: list[Any], rule: Mapping[str, Any], schema: Mapping[str, Any],
                    where: str) -> tuple[str, str, str] | None:
    if len(value) < rule.get("minItems", 0):
        return where, f"at least {rule['minItems']} entries", f"{len(value)}"
    faults = (_fault(inner, rule.get("items", {}), schema, f"{where}[{i}]") for i, inner in enumerate(value))
    return next((fault for fault in faults if fault), None)


def _fault_in_scalar(value: Any, rule: Mapping[str, Any], where: str) -> tuple[str, str, str] | None:
    if isinstance(value, str) and len(value) < rule.get("minLength", 0):
        return where, "a text that is not empty", repr(value)
    if isinstance(value, str) and "pattern" in rule and not re.search(rule["pattern"], value):
        return where, f"a text like {rule['pattern']}", _short(value)
    if _is(value, "number") and "minimum" in rule and value < rule["minimum"]:
        return where, f"at least {rule['minimum']}", _short(value)
    return None


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
