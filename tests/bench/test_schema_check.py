"""The light check agrees with a full JSON schema validator on good and on damaged records."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest

from vultus.bench.schema_check import SCHEMA_FILE, check_schema
from vultus.errors import InputError
from vultus.report import CheckResult, ClaimResult, Picture, Report, Table, Value

SCHEMA = json.loads(SCHEMA_FILE.read_text())
RECORD = Report(
    "guard/toy", "A toy", "five numbers", (Value("auc", 0.9, "", 0.8, 1.0, 40), Value("none", None)),
    (CheckResult("a", "a", "gate", "x > 0", "pass", 1.0, 0.5, 1.5),), ClaimResult("auc", 0.9, 0.8, 0.03, (0.1,), 0.05, 0.15, True),
    (Table("t", ("a", "b"), (("x", 1.0), (None, True))),), (Picture("a/b.png", "c"),), ("n",), {"width": [1]}, (1, 2), "0" * 64, "f" * 64,
    {"numpy": "2"}, {"cores": 2}, 1.5).as_dict()

# path -> what stands there instead; `...` removes the key
DAMAGE = [("schema", 2), ("schema", ...), ("name", "a b"), ("name", 3), ("title", ""), ("values", None), ("values.0.value", "0.9"),
          ("values.0.n", 1.5), ("values.0.n", -1), ("values.0.colour", "red"), ("values.0.low", ...), ("values.0.value", True),
          ("checks.0.kind", "goal"), ("checks.0.outcome", "ok"), ("checks.0.rule", ""), ("claim.differences", []),
          ("claim.differences.0", None), ("claim.holds", 1), ("claim.low", None), ("claim", 3), ("tables.0.rows.0.0", [1]),
          ("tables.0.columns.0", 1), ("pictures.0.file", "/etc/passwd"), ("pictures.0.file", "a\\b"), ("seeds.0", 1.5),
          ("data_digest", "xyz"), ("versions.numpy", 2), ("seconds", -1), ("seconds", "1"), ("complete", None), ("extra", 1)]


def damaged(path, value):
    record = copy.deepcopy(RECORD)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = record
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return record


def test_the_schema_is_a_schema_and_a_good_record_fits_it():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(RECORD, SCHEMA)
    check_schema(RECORD)


@pytest.mark.parametrize("path, value", DAMAGE)
def test_damage_is_found_and_its_place_named(path, value):
    record = damaged(path, value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, SCHEMA)
    with pytest.raises(InputError) as caught:
        check_schema(record)
    if value is not ... and path not in ("extra", "values.0.colour"):
        assert path.split(".")[0] in caught.value.argument


def test_only_keywords_that_the_light_check_knows_are_used():
    known = {"$schema", "$defs", "$ref", "title", "description", "type", "properties", "required", "additionalProperties", "items",
             "enum", "const", "anyOf", "pattern", "minLength", "minItems", "minimum"}

    def walk(rule):
        assert set(rule) <= known, set(rule) - known
        for inner in [*rule.get("properties", {}).values(), *rule.get("$defs", {}).values(), *rule.get("anyOf", ())]:
            walk(inner)
        for name in ("items", "additionalProperties"):
            if isinstance(rule.get(name), dict):
                walk(rule[name])

    walk(SCHEMA)


def test_an_empty_report_of_a_command_fits():
    jsonschema.validate(Report("verify", "Verification").as_dict(), SCHEMA)
    check_schema(Report("verify", "Verification").as_dict())
