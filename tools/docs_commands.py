"""The documentation's page of the command line, made from the commands themselves when the site is built (a hook of mkdocs).

`python tools/docs_commands.py` prints the page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

_EVERYWHERE = {"--json", "--help"}
PAGE = "reference/commands.md"
SOURCES = str(Path(__file__).parents[1] / "src")
_HEAD = """# Command line

Every command takes `--json` and `--help`. Results go to stdout, progress and warnings to stderr. What the numbers that a command ends
with mean is on [exit statuses](exit-statuses.md).
"""


def commands() -> Iterator[tuple[click.Context, click.Command]]:
    """Every command that does something, groups of commands left out, in the order of the help."""
    if SOURCES not in sys.path:
        sys.path.insert(0, SOURCES)
    from vultus.cli.main import cli
    yield from _below(click.Context(cli, info_name="vultus"), cli)


def page() -> str:
    """The page in Markdown."""
    return "\n".join([_HEAD, *(_section(context, command) for context, command in commands())])


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page to the site."""
    from mkdocs.structure.files import File
    files.append(File.generated(config, PAGE, content=page()))
    return files


def _below(context: click.Context, group: click.Group) -> Iterator[tuple[click.Context, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, parent=context, info_name=name)
        if isinstance(command, click.Group):
            yield from _below(inner, command)
        else:
            yield inner, command


def _section(context: click.Context, command: click.Command) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    options = [parameter for parameter in command.get_params(context) if not isinstance(parameter, click.Argument)]
    rows = [record for option in options
            if not _EVERYWHERE & {*option.opts} and (record := option.get_help_record(context)) is not None]
    parts = [f"## {context.command_path}", f"```text\n{usage}\n```", _prose(command.help or "")]
    if rows:
        lines = [f"| `{_cell(option).replace(' RANGE', '')}` | {_plain(_cell(text))} |" for option, text in rows]
        parts.append("\n".join(["| option | meaning |", "|---|---|", *lines]))
    return "\n\n".join(parts) + "\n"


def _prose(text: str) -> str:
    """Paragraphs of a docstring, with the lines of each joined, as click shows them."""
    paragraphs = re.split(r"\n\s*\n", cleandoc(text.replace("\b", "")))
    return "\n\n".join(_plain(re.sub(r"\s+", " ", part).strip()) for part in paragraphs)


def _plain(text: str) -> str:
    """Text in which nothing is taken for markup."""
    return re.sub(r"([*_\[])", r"\\\1", text.replace("<", "&lt;"))


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


if __name__ == "__main__":
    print(page())
