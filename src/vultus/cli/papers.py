"""vultus papers: the published methods we build, and how far each one is."""

from __future__ import annotations

import click

from vultus.cli.output import json_option, print_json


@click.command()
@json_option
def command(as_json: bool) -> None:
    """List the published methods and their status: missing, built, pass or fail."""
    from vultus import registry
    from vultus.bench.briefs import record
    from vultus.papers.points import papers
    methods = registry.methods()
    records = [record(brief, methods) for brief in papers()]
    if as_json:
        print_json(records)
        return
    for entry in records:
        claim = entry["claim"]
        headline = f"  {claim['metric']} {claim['value']:.4g} against {claim['baseline']:.4g}" if claim else ""
        click.echo(f"{entry['status']:8} {entry['slug']:26} {entry['year']}  {entry['title']}{headline}")
    counts = [f"{sum(e['status'] == s for e in records)} {s}" for s in ("pass", "fail", "built", "missing")]
    click.echo(f"{len(records)} papers: {', '.join(counts)}", err=True)
