"""Entry point: finds the verbs, and turns every way to end into an exit status.

Exit status: 0 done (or match), 1 no match, 2 bad input or environment, 3 undecided, 70 internal error, 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from keyword import iskeyword

import click

from vultus._version import __version__
from vultus.cli.output import warn
from vultus.errors import VultusError

_NOT_VERBS = {"__init__", "main", "output"}


class Verbs(click.Group):
    """A group whose commands are the files of this folder, imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        files = os.listdir(os.path.dirname(__file__))
        names = {name.removesuffix(".py") for name in files if name.endswith(".py")} - _NOT_VERBS
        return sorted(name.rstrip("_").replace("_", "-") for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = cmd_name.replace("-", "_") + "_" * iskeyword(cmd_name)  # no module can be called `import`
        command = importlib.import_module(f"vultus.cli.{module}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        from difflib import get_close_matches
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            near = get_close_matches(args[0], self.list_commands(ctx), n=2)
            ctx.fail(f"no command {args[0]!r}; " + (f"did you mean {' or '.join(near)}?" if near else "see vultus --help"))
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="vultus")
def cli() -> None:
    """Face recognition you can defend: recognise faces, and show how often that is wrong.

    Every command takes --json; results go to stdout, progress and warnings to stderr.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; the console script exits with it."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in arguments
    try:
        status = cli.main(args=arguments, prog_name="vultus", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as wrong:
        if as_json:
            return _fail("usage", wrong.format_message(), 2, as_json)
        wrong.show()
        return 2
    except VultusError as error:
        return _fail(error.code, str(error), 2, as_json)
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted", "interrupted; what was finished is kept", 130, as_json)
    except SystemExit:  # click's way out when the reader of stdout went away; its status would read as "no match"
        return 2
    except Exception as error:  # noqa: BLE001 - the outermost boundary: it ends the program, it does not keep going
        if os.environ.get("VULTUS_DEBUG"):
            import traceback
            traceback.print_exc()
        return _fail("internal", f"{type(error).__name__}: {error} (VULTUS_DEBUG=1 shows where)", 70, as_json)
    return status if isinstance(status, int) else 0


def _fail(code: str, message: str, status: int, as_json: bool) -> int:
    if as_json:
        import json
        with suppress(OSError):  # stdout that cannot be written, as on a full disk: then stderr has to do
            click.echo(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))
            return status
    warn(message)
    return status
