"""vultus methods: every method, with what it needs and whether it can run as installed."""

from __future__ import annotations

import click

from vultus.cli.output import json_option, print_json


@click.command()
@click.option("--task", help="Only methods of this task.")
@json_option
def command(task: str | None, as_json: bool) -> None:
    """List the methods. One whose optional packages are missing stays listed."""
    from vultus import registry
    found = registry.methods(task)
    if as_json:
        print_json([{"name": m.name, "task": m.task, "brief": m.card.brief, "summary": m.card.summary, "extras": list(m.card.extras),
                     "available": not m.missing_extras()} for m in found])
        return
    width = max((len(m.name) for m in found), default=0)
    for method in found:
        missing = method.missing_extras()
        lacks = f"  (needs pip install 'vultus[{','.join(missing)}]')" if missing else ""
        click.echo(f"{method.name:{width}}  {method.card.summary}{lacks}")
    if not found:
        click.echo("no method yet" + (f" for task {task}" if task else ""), err=True)
