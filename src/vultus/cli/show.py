"""vultus show METHOD: its card, weights and licences, settings, README and last result."""

from __future__ import annotations

from typing import Any

import click

from vultus.cli.output import json_option, print_json


@click.command()
@click.argument("method")
@json_option
def command(method: str, as_json: bool) -> None:
    """Show everything known about METHOD, without running it."""
    from vultus.bench.method_facts import facts
    found = facts(method)
    if as_json:
        print_json(found)
        return
    for line in _lines(found):
        click.echo(line)


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [f"{found['name']}: {found['summary']}"]
    for label, key in (("brief", "brief"), ("needs", "needs"), ("extras", "extras"), ("missing extras", "missing_extras"),
                       ("capabilities", "capabilities"), ("read more", "readme")):
        value = found[key]
        if value:
            lines.append(f"  {label}: {', '.join(value) if isinstance(value, list) else value}")
    lines += [f"  weights {w['name']}: code {w['code']}, weights {w['weights']}, training data {w['training_data']}"
              + (f" ({w['note']})" if w["note"] else "") for w in found["licences"]]
    if found["claim"]:
        c = found["claim"]
        lines.append(f"  claims: {c['metric']} {c['better']} than {c['baseline']} by more than {c['margin']:g}")
    lines += [f"  setting {s['name']}: {s['type']} = {s['default']}" + (f" (small: {s['small']})" if s["small"] is not None else "")
              for s in found["settings"]]
    lines += [f"  conformance test {s['test']} skipped: {s['reason']}" for s in found["skips"]]
    return lines + _result_lines(found)


def _result_lines(found: dict[str, Any]) -> list[str]:
    result = found["result"]
    if result is None:
        return [f"  no result yet; run  vultus bench {found['name']}"]
    lines = [f"  result{'' if result['current'] else ' (of other code: run  vultus bench ' + found['name'] + ')'}: {result['title']}"]
    lines += [f"    {v['name']} = {v['value']} {v['unit']}".rstrip() for v in result["values"]]
    return lines + [f"    {c['outcome']:8} {c['id']}: {c['rule']}" for c in result["checks"]]
