"""`vultus verify A B`: are two pictures of the same person?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from vultus.cli.output import json_option, print_json, printable, recogniser_options

if TYPE_CHECKING:
    from vultus.decide import Calibration

STATUS = {"match": 0, "no_match": 1, "undecided": 3}


@click.command("verify")
@click.argument("a", type=click.Path())
@click.argument("b", type=click.Path())
@click.option("--calibration", "calibration_file", type=click.Path(), help="Decide by this file, not by the packaged one.")
@recogniser_options
@click.option("--any-quality", is_flag=True, help="Also compare small, blurred, turned or hardly visible faces.")
@json_option
def command(a: str, b: str, calibration_file: str | None, detector: str, embedder: str, engine: str, any_quality: bool,
            as_json: bool) -> int:
    """Compare the main faces of pictures A and B.

    Exit status: 0 match, 1 no match, 3 undecided (no face, several of similar size, low quality, or between the thresholds),
    2 a picture is missing or cannot be read.
    """
    from vultus.apps.verification import verify
    from vultus.decide import Calibration
    from vultus.pipeline import Recogniser
    from vultus.quality.gate import ANY_QUALITY, DEFAULT_USABLE
    rule: Calibration | Literal["packaged"] = Calibration.read(Path(calibration_file)) if calibration_file else "packaged"
    decision = verify(a, b, Recogniser(detector, embedder, threads=1, batch=2, engine=engine), calibration=rule,
                      usable=ANY_QUALITY if any_quality else DEFAULT_USABLE)
    if as_json:
        print_json(decision.as_dict())
    else:
        for line in _lines(decision.as_dict()):
            click.echo(printable(line))
    return STATUS[decision.outcome]


def _lines(record: dict[str, object]) -> list[str]:
    """The decision for people."""
    lines = [str(record["outcome"]).replace("_", " ") + (f": {record['reason']}" if record["reason"] else "")]
    if record["similarity"] is not None:
        lines.append(f"similarity {record['similarity']:.4f}")
    if record["threshold"] is not None:
        lines.append(f"match at {record['threshold']:.4f} or more, no match below {record['threshold_low']:.4f}")
    if record["fmr_upper"] is not None:
        lines.append(f"strangers reach this similarity in {record['fmr_at_score']:.2g} of comparisons "
                     f"(at most {record['fmr_upper']:.2g} with 95 % confidence)")
    if record["calibration_domain"]:
        lines.append(f"measured on: {record['calibration_domain']}")
    return lines
