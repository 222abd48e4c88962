"""The documentation says what the code does: commands, options, imports, calls, links and pages."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
import shlex
import sys
import textwrap
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from vultus.cli.main import cli
from vultus.decide import Calibration
from vultus.runtime.store import cards

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"]}
BLOCK = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
MACHINE = re.compile(r"(?<![\w.])/(?:work|tmp|opt|home|root|Users)/")
SCRIPTS = dict(re.findall(r'^(vultus[\w-]*) = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE))
everywhere = pytest.mark.parametrize("page", PAGES)


def _tool(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


COMMANDS = _tool("docs_commands")


def _blocks(text: str, *languages: str) -> list[str]:
    return [textwrap.dedent(code) for _, language, code in BLOCK.findall(text) if language in languages]


def _shell_lines(page: str) -> Iterator[str]:
    """Lines that somebody would type; of a console block those after the prompt."""
    for block in _blocks(PAGES[page], "sh", "console", ""):
        lines = block.replace("\\\n", " ").splitlines()
        console = any(line.startswith("$ ") for line in lines)
        yield from (line for line in lines if not console or line.startswith("$ "))


def _other_scripts(page: str) -> set[str]:
    """Installed commands besides `vultus` that a page calls."""
    return {line.split()[0] for block in _blocks(PAGES[page], "sh") for line in block.splitlines() if line.startswith("vultus-")}


def _words(line: str) -> list[str]:
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    return list(reader)


def _calls(line: str) -> Iterator[list[str]]:
    """The arguments of every call of `vultus` in one line of shell."""
    call: list[str] | None = None
    for word in [*_words(line.removeprefix("$ ")), ";"]:
        if word in (";", "&&", "||", "|", ">", ">>", "<"):
            if call is not None:
                yield call
            call = None
        elif call is not None:
            call.append(word)
        elif word == "vultus" or word.endswith("/bin/vultus"):
            call = []


def _command(arguments: list[str]) -> tuple[click.Command, list[str]]:
    """The command that is called, and what is left for it."""
    command: click.Command = cli
    context = click.Context(cli, info_name="vultus")
    rest = list(arguments)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"no command {name!r} in {' '.join(['vultus', *arguments])}"
        command = found
        context = click.Context(command, parent=context, info_name=name)
    return command, rest


def _options(command: click.Command) -> set[str]:
    context = click.Context(command, **cli.context_settings) if command is cli else click.Context(command)
    return {spelling for option in command.get_params(context) for spelling in (*option.opts, *option.secondary_opts)}


@everywhere
def test_commands_in_blocks_parse(page: str) -> None:
    for line in _shell_lines(page):
        for call in _calls(line):
            command, rest = _command(call)
            if isinstance(command, click.Group):
                assert rest and set(rest) <= _options(command), line
                continue
            try:
                command.make_context(command.name, rest)
            except click.ClickException as wrong:
                if "does not exist" not in wrong.format_message():  # the pictures of an example
                    pytest.fail(f"{page}: {line}: {wrong.format_message()}")


@everywhere
def test_commands_in_sentences_exist(page: str) -> None:
    prose = BLOCK.sub("", PAGES[page])
    for code in re.findall(r"`(vultus [^`]+)`", prose):
        for call in _calls(code.replace("\\", "")):  # generated pages escape Markdown's signs
            command, rest = _command(call)
            used = {word.split("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
            assert used <= _options(command), f"{page}: {code}"


@everywhere
def test_other_scripts_are_installed(page: str) -> None:
    assert _other_scripts(page) <= set(SCRIPTS)


@everywhere
def test_options_in_sentences_belong_to_a_command_of_the_page(page: str) -> None:
    prose = BLOCK.sub("", PAGES[page])
    named = set(re.findall(r"`(--[a-z][\w-]*)", prose))
    sentences = [code.replace("\\", "") for code in re.findall(r"`(vultus [^`]+)`", prose)]
    calls = [call for line in [*_shell_lines(page), *sentences] for call in _calls(line)] if named else []
    verbs = [[word] for word in cli.list_commands(click.Context(cli)) if f"`{word}`" in prose]
    known = {option for call in [*calls, *verbs] for option in _options(_command(call)[0])} | {"--json", "--help"}
    for script in _other_scripts(page):
        known |= _options(_resolved(SCRIPTS[script].replace(":main", ".command")))
    assert named - known == set()


@everywhere
def test_nets_that_are_pulled_exist(page: str) -> None:
    known = {card.name for card in cards()}
    pulled = re.findall(r"vultus models pull ((?:[a-z0-9][\w-]*,? ?)+)", PAGES[page])
    assert {name for names in pulled for name in names.replace(",", " ").split()} <= known


def test_every_verb_is_explained_somewhere() -> None:
    written = " ".join(PAGES.values())
    verbs = cli.list_commands(click.Context(cli))
    assert [verb for verb in verbs if f"vultus {verb}" not in written] == []


def test_the_page_of_commands_has_all_of_them_and_each_takes_json() -> None:
    page = COMMANDS.page()
    for context, command in COMMANDS.commands():
        assert f"## {context.command_path}\n" in page
        assert "--json" in _options(command), context.command_path
        assert command.help, context.command_path
        for option in _options(command) - {"--json", "--help"}:
            assert not option.startswith("-") or option in page, (context.command_path, option)


def _resolved(name: str) -> Any:
    """The object of a dotted name: the longest importable module, then attributes."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError as missing:
            assert missing.name is not None and name.startswith(missing.name.split(".")[0]), missing
            continue
        for attribute in parts[end:]:
            found = getattr(found, attribute)
        return found
    raise ModuleNotFoundError(name)


def _names(tree: ast.AST) -> dict[str, Any]:
    """What imports of this package bind in a block of Python, by name; an import that does not resolve fails."""
    bound: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in (each for each in node.names if each.name.split(".")[0] == "vultus"):
                module = _resolved(alias.name)
                bound[alias.asname or "vultus"] = module if alias.asname else _resolved("vultus")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "vultus":
            bound |= {alias.asname or alias.name: _resolved(f"{node.module}.{alias.name}") for alias in node.names}
    return bound


def _target(node: ast.expr, bound: dict[str, Any]) -> Any:
    """The object that an expression like `vultus.decide.packaged` names, None when it is no such expression."""
    if isinstance(node, ast.Name):
        return bound.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _target(node.value, bound)
        return getattr(owner, node.attr) if inspect.ismodule(owner) or inspect.isclass(owner) else None
    return None


def _result(node: ast.expr, bound: dict[str, Any]) -> type | None:
    """The class of what a call gives, when its annotation says so."""
    called = _target(node.func, bound) if isinstance(node, ast.Call) else None
    if called is None or inspect.isclass(called):
        return called
    try:
        given = typing.get_type_hints(called).get("return")
    except (NameError, TypeError):  # imported for type checkers only, or no function
        return None
    return getattr(called, "__self__", None) if given is typing.Self else given if inspect.isclass(given) and given is not Any else None


def _variables(tree: ast.AST, bound: dict[str, Any]) -> dict[str, type]:
    """The classes of variables that hold what a call gave."""
    found: dict[str, type] = {}
    for node in ast.walk(tree):
        pairs = ([(target, node.value) for target in node.targets] if isinstance(node, ast.Assign) else
                 [(item.optional_vars, item.context_expr) for item in node.items] if isinstance(node, ast.With) else [])
        for target, value in pairs:
            if isinstance(target, ast.Name) and (kind := _result(value, bound)) is not None:
                found[target.id] = kind
    return found


def _check_block(tree: ast.AST, page: str) -> None:
    bound = _names(tree)
    variables = _variables(tree, bound)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            _target(node, bound)
            if isinstance(node.value, ast.Name) and (kind := variables.get(node.value.id)) is not None:
                made_here = {*dir(kind), *getattr(kind, "__dataclass_fields__", {})}
                assert node.attr in made_here or hasattr(kind, "__getattr__"), f"{page}: {ast.unparse(node)}"
        if isinstance(node, ast.Call) and callable(target := _target(node.func, bound)):
            given = {keyword.arg for keyword in node.keywords if keyword.arg}
            target = _resolved(f"vultus.api.{target.__name__.split('.')[-1]}") if inspect.ismodule(target) else target
            assert given <= set(inspect.signature(target).parameters), f"{page}: {ast.unparse(node)}"


@everywhere
def test_python_compiles_imports_and_calls_with_names_that_exist(page: str) -> None:
    for block in _blocks(PAGES[page], "python"):
        _check_block(ast.parse(block, page), page)


@everywhere
def test_the_reference_names_what_exists(page: str) -> None:
    for name, options in re.findall(r"^::: (\S+)\n((?: +.*\n)*)", PAGES[page], re.MULTILINE):
        target = _resolved(name)
        members = re.search(r"members: \[(.*)\]", options)
        assert [member for member in (members[1].split(", ") if members else []) if not hasattr(target, member)] == [], name


def test_every_page_is_in_the_navigation() -> None:
    nav = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert len(nav) == len(set(nav))
    assert set(nav) == {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} | {COMMANDS.PAGE}


def _anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as mkdocs makes them."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", text), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", re.sub(r"\[(.+?)\]\(.+?\)", r"\1", heading)).strip().lower() for heading in headings)
    return {re.sub(r"[-\s]+", "-", heading) for heading in plain}


@everywhere
def test_links_lead_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", BLOCK.sub("", PAGES[page])):
        if re.match(r"\w+:", link):
            continue
        path, _, anchor = link.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        generated = file.resolve() == (DOCS / COMMANDS.PAGE).resolve()
        assert generated or file.exists(), f"{page}: {link}"
        if anchor.startswith("vultus."):
            _resolved(anchor)
        elif anchor:
            assert anchor in _anchors(COMMANDS.page() if generated else file.read_text("utf-8")), f"{page}: {link}"


@everywhere
def test_no_path_of_a_machine(page: str) -> None:
    assert not MACHINE.findall(PAGES[page])


def test_the_fields_of_a_calibration_are_described() -> None:
    page = PAGES["docs/reference/files.md"]
    assert [name for name in Calibration.__dataclass_fields__ if f"`{name}`" not in page] == []


def test_quoted_figures_are_those_measured() -> None:
    wrong = []
    for quote in _tool("docs_quotes").quotes():
        match = quote.found(PAGES[f"docs/{quote.page}"])
        if match is None or match.groups() != quote.figures:
            wrong.append((quote.page, quote.text, quote.figures, match and match.groups()))
    assert wrong == [], "run  python tools/docs_quotes.py"
