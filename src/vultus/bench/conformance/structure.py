"""Checks that read a method's folder and card without running its code."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from vultus import registry
from vultus.bench.code_digest import imported_names
from vultus.bench.conformance.broken import require
from vultus.bench.results import read_result
from vultus.bench.verdicts import check_result
from vultus.errors import UnknownNameError
from vultus.papers.points import paper, slugs
from vultus.registry import EXTRA_MODULES, Method
from vultus.tasks import TASKS

REQUIRED = ("__init__.py", "method.py", "demo.py", "README.md", "small.toml")
ALLOWED = (*REQUIRED, "network.py", "train.py")
BELOW = ("types", "errors", "card", "registry", "tasks", "image", "geometry", "runtime", "data", "people", "nn", "losses", "evaluate",
         "report", "papers")
# A heading for each: what it is for, how it works, what it cannot do, when not to use it.
README_SECTIONS = {"what it is for": r"what|for|purpose|use", "equations": r"equation|how it works|method",
                   "limits": r"limit", "ethics": r"ethic|safety|responsible"}


def folder(method: Method) -> None:
    """The folder holds the agreed names and no other."""
    names = {path.name for path in method.folder.iterdir()} - {"__pycache__"}
    missing, extra = sorted(set(REQUIRED) - names), sorted(names - set(ALLOWED))
    require(not missing, f"{method.name}: the folder lacks {', '.join(missing)}")
    require(not extra, f"{method.name}: {', '.join(extra)} does not belong in a method folder; allowed are {', '.join(ALLOWED)}")


def card_only(method: Method) -> None:
    """`__init__.py` is the card and nothing else, and imports only vultus.card."""
    tree = _tree(method, "__init__.py")
    names = {name.rpartition(".")[0] for name in imported_names(tree)} - {"__future__", "vultus.card"}
    require(not names, f"{method.name}: __init__.py imports {', '.join(sorted(names))}; a card imports only vultus.card")
    for node in tree.body:
        is_card = isinstance(node, (ast.Assign, ast.AnnAssign)) and "CARD" in ast.unparse(node).split("=")[0]
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        require(is_card or is_text or isinstance(node, (ast.Import, ast.ImportFrom)),
                f"{method.name}: line {node.lineno} of __init__.py is more than CARD = Card(...)")


def imports(method: Method) -> None:
    """No import of another method, another task or a higher layer; every optional package that is imported is an extra of the card."""
    optional = {module: extra for extra, modules in EXTRA_MODULES.items() for module in modules if extra != "people" or module == "anny"}
    for path in sorted(method.folder.glob("*.py")):
        for name in imported_names(_tree(method, path.name), method.module):
            parts = name.split(".")
            if parts[0] in ("vultus", method.module.split(".")[0]):
                _check_own_import(method, path, parts)
            extra = optional.get(parts[0])
            covered = extra is None or extra in method.card.extras or (extra == "torch" and "people" in method.card.extras)
            require(covered, f"{method.name}: {path.name} imports {parts[0]}, so the card needs extras=({extra!r},)")


def card_names(method: Method) -> None:
    """Names on the card exist: needs, weights, brief, skipped tests."""
    from vultus.bench.conformance.suite import SKIPPABLE
    from vultus.runtime import store
    card = method.card
    for task in card.needs:
        require(task in TASKS, f"{method.name}: needs names the task {task!r}; tasks are {', '.join(TASKS)}")
    for name in card.weights:
        try:
            store.card(name)
        except UnknownNameError as error:
            require(False, f"{method.name}: weights {name!r} are not in the model store; {error}")
    require(not card.brief or card.brief in slugs(), f"{method.name}: there is no brief {card.brief!r}")
    for skip in card.skips:
        require(skip.test in SKIPPABLE, f"{method.name}: {skip.test!r} cannot be skipped; those that can are {', '.join(SKIPPABLE)}")
        require(len(skip.reason.split()) >= 3, f"{method.name}: the skip of {skip.test!r} needs a reason")
    require(bool(card.summary) and "\n" not in card.summary, f"{method.name}: the summary is one line")


def classes(method: Method) -> None:
    """method.py has a frozen, documented `Config` and one public class besides, the one that the card names."""
    tree = _tree(method, "method.py")
    public = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    config = next((node for node in public if node.name == "Config"), None)
    require(config is not None and any("frozen=True" in ast.unparse(d) for d in config.decorator_list),
            f"{method.name}: method.py needs a frozen dataclass Config")
    module, _, name = method.card.implements.partition(":")
    require(module != "method" or [node.name for node in public if node is not config] == [name],
            f"{method.name}: method.py has the public classes Config and {name}, and no other")
    assert config is not None
    doc = ast.get_docstring(config) or ""
    lines = (method.folder / "method.py").read_text("utf-8").splitlines()
    for node in config.body:
        if isinstance(node, ast.AnnAssign):
            field = ast.unparse(node.target)
            told = re.search(rf"\b{field}\b", doc) or "#" in lines[(node.end_lineno or node.lineno) - 1]
            require(bool(told), f"{method.name}: Config.{field} needs a word about its unit or source in the docstring or beside it")


def small_settings(method: Method) -> None:
    """small.toml holds known settings that differ from the published ones, each with a reason as a comment."""
    path = method.folder / "small.toml"
    method.config(small=True)
    published = method.config()
    if not path.is_file():
        return
    settings = tomllib.loads(path.read_text("utf-8"))
    lines = path.read_text("utf-8").splitlines()
    for key, value in settings.items():
        default = getattr(published, key)
        require((tuple(value) if isinstance(value, list) else value) != default,
                f"{method.name}: small.toml repeats the published {key} = {default!r}; leave it out")
        row = next(i for i, line in enumerate(lines) if re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line))
        reasoned = "#" in lines[row] or (row > 0 and lines[row - 1].lstrip().startswith("#"))
        require(reasoned, f"{method.name}: {key} in small.toml needs a comment with the reason")


def readme(method: Method) -> None:
    """README.md has a title, the agreed sections and a command to run."""
    path = method.folder / "README.md"
    require(path.is_file(), f"{method.name}: there is no README.md")
    text = path.read_text("utf-8")
    headings = [line.lstrip("#").strip().lower() for line in text.splitlines() if line.startswith("##")]
    require(text.lstrip().startswith("# "), f"{method.name}: README.md starts with a title")
    for section, pattern in README_SECTIONS.items():
        require(any(re.search(rf"\b({pattern})", heading) for heading in headings),
                f"{method.name}: README.md has no section {section!r} (a '## ' heading)")
    require("vultus " in text, f"{method.name}: README.md shows no vultus command to run it")


def points(method: Method) -> None:
    """Checks are unique, name points of the brief, and with the brief's other cards cover all of them."""
    card = method.card
    names = [check.id for check in card.checks]
    require(len(set(names)) == len(names), f"{method.name}: two checks have the same id")
    if not card.brief:
        return
    brief = paper(card.brief)
    wanted = [point.id for point in brief.points]
    for check in card.checks:
        require(check.point_id in wanted, f"{method.name}: check {check.id!r} names the point {check.point_id!r}, which the brief lacks")
    cards = [m.card for m in registry.methods() if m.card.brief == card.brief] + [card]
    covered = {check.point_id for other in cards for check in other.checks}
    missing = [point for point in wanted if point not in covered]
    require(not missing, f"{method.name}: the brief's points {', '.join(missing)} have no check on any of its cards")


def claim_margin(method: Method) -> None:
    """A card with a brief claims a margin that stands in the rule of a gate it checks."""
    card = method.card
    if not card.brief or card.claim is None:
        return
    brief = paper(card.brief)
    rules = [brief[check.point_id].rule for check in card.checks if brief[check.point_id].kind == "gate"]
    numbers = {float(number) for rule in rules for number in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", rule)}
    require(card.claim.margin in numbers,
            f"{method.name}: the claim's margin {card.claim.margin:g} stands in no rule of its gates; take it from the brief's points")


def recorded_result(method: Method) -> None:
    """A recorded result carries every check with the brief's own kind and rule."""
    report = read_result(method.name, method)
    if report is not None:
        check_result(report, method.card)


def light_listing_code() -> str:
    """Code for a fresh interpreter that lists all methods and prints the heavy packages that this loaded."""
    return ("import sys, vultus.registry as r\nr.methods()\n"
            "print(*[m for m in ('numpy', 'torch', 'onnxruntime', 'cv2', 'PIL') if m in sys.modules])")


def _check_own_import(method: Method, path: Path, parts: list[str]) -> None:
    own = method.module.split(".")
    if parts[: len(own)] == own or len(parts) < 2 or (parts[0] == "vultus" and parts[1] in BELOW) or parts[1].startswith("_"):
        return
    others = {m.short_name for m in registry.methods(method.task)}
    shared_by_task = parts[1] == method.task and not others & set(parts[2:3])
    require(shared_by_task, f"{method.name}: {path.name} imports {'.'.join(parts)}; a method imports shelves, not other tasks, methods or "
                            "higher layers (what it needs is handed in: card.needs)")


def _tree(method: Method, name: str) -> ast.Module:
    return ast.parse((method.folder / name).read_text("utf-8"), filename=name)
