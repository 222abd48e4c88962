"""What both commands share: which pictures, how many at a time, and how they end."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import click

from vultus.errors import ImageError, VultusError

_PICTURE = re.compile(r".*\.(jpg|jpeg|png)", re.IGNORECASE)


def pictures_in(folder: str) -> list[str]:
    """The .jpg, .jpeg and .png files of a folder, in the order of names."""
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if _PICTURE.match(name)]


def over_pictures(where: str, cpus: int, lines: Callable[[str], list[str]]) -> int:
    """Print the lines of every picture in order; exit status 2 if one cannot be read."""
    if cpus != -1 and cpus < 1:
        raise click.BadParameter("1 or more, or -1 for all", param_hint="--cpus")
    pictures = pictures_in(where) if os.path.isdir(where) else [where]

    def attempt(picture: str) -> list[str] | ImageError:
        try:
            return lines(picture)
        except ImageError as error:
            return error

    status = 0
    with ThreadPoolExecutor(os.cpu_count() if cpus == -1 else cpus, thread_name_prefix="vultus") as pool:
        for answer in pool.map(attempt, pictures):
            if isinstance(answer, ImageError):
                click.echo(f"WARNING: {answer}", err=True)
                status = 2
            else:
                for line in answer:
                    click.echo(line)
    return status


def run(command: click.Command) -> int:
    """Run a command and return its exit status: 0 done, 2 bad input."""
    try:
        status = command.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return 2
    except VultusError as error:
        click.echo(f"{command.name}: {error}", err=True)
        return 2
    except (KeyboardInterrupt, click.Abort):
        return 130
    return status if isinstance(status, int) else 0
