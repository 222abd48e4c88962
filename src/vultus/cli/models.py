"""vultus models: the nets that this installation knows, where they come from, what they may be used for, and bringing more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vultus.cli.output import json_option, print_json, warn

if TYPE_CHECKING:
    from vultus.runtime.fetch import Progress
    from vultus.runtime.model_card import ModelCard
    from vultus.runtime.store import State


@click.group()
def command() -> None:
    """List, check and fetch nets. Only `pull` uses the network."""


@command.command("list")
@click.option("--task", help="Only nets for this task.")
@click.option("--commercial", is_flag=True, help="Only nets whose code, weights and training data all permit commercial use.")
@json_option
def list_(task: str | None, commercial: bool, as_json: bool) -> None:
    """List the nets: whether they are on this machine, their licence and their first measured figure."""
    chosen = _chosen(task, commercial)
    if as_json:
        print_json([_record(card_, state) for card_, state in chosen])
        return
    width = max((len(card_.name) for card_, _ in chosen), default=0)
    for card_, state in chosen:
        star = "*" if card_.default else " "
        click.echo(f"{card_.name:{width}} {star} {card_.task:8} {state.state:8} {_licence(card_):11} "
                   f"{card_.summary}{_figure(card_)}")
    if not chosen:
        warn("no net whose code, weights and training data all permit commercial use; without --commercial the list shows what "
             "is unclear" if commercial else "no net for this task")
    _warn_unreadable()


@command.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show everything that is known about one net. NAME may also be an ONNX file: then a first card for it is printed."""
    from vultus.runtime import store
    from vultus.runtime.card_write import card_text
    if name.endswith(".onnx"):
        from vultus.runtime.own_model import first_card
        drafted = first_card(Path(name))
        if as_json:
            print_json(drafted.as_dict())
        else:
            click.echo(card_text(drafted), nl=False)
            warn("the file does not say how pictures are prepared: complete task, colour, mean, std, crop and licence")
        return
    card_, state = store.card(name), store.state(name)
    if as_json:
        print_json(_record(card_, state))
        return
    click.echo(f"# {state.state}: {state.path}")
    click.echo(card_text(card_), nl=False)


@command.command()
@click.argument("names", nargs=-1)
@json_option
def verify(names: tuple[str, ...], as_json: bool) -> int:
    """Read every byte of the nets on this machine (or of NAMES) and compare them with the cards. Exit 1 when one is wrong."""
    from vultus.runtime import store
    states = [store.state(name, again=True) for name in names or [*(c.name for c in store.cards()), *store.unreadable()]]
    looked_at = [s for s in states if names or s.state != "missing"]
    if as_json:
        print_json([{"name": s.name, "state": s.state, "path": _text(s.path), "reason": s.reason} for s in looked_at])
    else:
        for s in looked_at:
            click.echo(f"{s.name}: {s.reason or 'ready'}")
        right, absent = sum(s.state == "ready" for s in looked_at), len(states) - len(looked_at)
        click.echo(f"{right} of {len(looked_at)} right" + (f", {absent} not on this machine" if absent else ""))
    return 0 if all(s.state == "ready" for s in looked_at) else 1


@command.command()
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every net that can be fetched.")
@click.option("--task", help="Every net for this task.")
@click.option("--commercial", is_flag=True, help="With --all or --task: only nets that permit commercial use.")
@click.option("--hub", metavar="OWNER/REPO", help="Fetch one file of a hub repository (address: HF_ENDPOINT, token: HF_TOKEN).")
@click.option("--file", "path", metavar="PATH", help="With --hub: the ONNX file in the repository.")
@click.option("--revision", metavar="COMMIT", help="With --hub: the commit, 40 hex digits.")
@click.option("--sha256", default="", metavar="HEX", help="With --hub: what the file must have; default is what the hub states.")
@click.option("--card", "card_path", type=click.Path(path_type=Path),
              help="With --hub: the card; with it the net goes into the store.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), show_default="here",
              help="With --hub and no --card: folder for the file and the card to be completed.")
@json_option
def pull(names: tuple[str, ...], everything: bool, task: str | None, commercial: bool, hub: str | None, path: str | None,
         revision: str | None, sha256: str, card_path: Path | None, out: Path, as_json: bool) -> None:
    """Fetch nets, check them against their cards and put them into the store folder."""
    if hub is not None:
        _pull_hub(hub, path, revision, sha256, card_path, out, as_json)
        return
    from vultus.runtime.pull import pull as fetch
    if commercial and not (everything or task):
        raise click.UsageError("--commercial goes with --all or --task TASK")
    if everything or task:
        names = (*names, *(c.name for c, _ in _chosen(task, commercial) if c.source.kind not in ("packaged", "local")))
    if not names:
        raise click.UsageError("name a net, or --task TASK, or --all; 'vultus models list' shows them")
    with _Bar() as bar:
        paths = fetch(names, say=warn, progress=bar.progress)
    if as_json:
        print_json([{"name": name, "path": str(where)} for name, where in zip(names, paths, strict=True)])
    else:
        for name, where in zip(names, paths, strict=True):
            click.echo(f"{name}: {where}")


@command.command("export")
@click.argument("names", nargs=-1)
@click.option("--out", "target", required=True, type=click.Path(path_type=Path, dir_okay=False),
              help="The bundle to write (.zip).")
@json_option
def export(names: tuple[str, ...], target: Path, as_json: bool) -> None:
    """Write nets (default: all on this machine) with their cards into one file for a machine without a network."""
    from vultus.runtime import store
    from vultus.runtime.bundle import export_bundle
    ready = names or [c.name for c in store.cards() if store.state(c.name).state == "ready"]
    done = export_bundle(ready, target)
    _say_done(done, as_json, f"written to {target}", {"bundle": str(target)})


@command.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--card", "card_path", type=click.Path(path_type=Path), help="Card (TOML) of the ONNX file SOURCE.")
@click.option("--overwrite", is_flag=True, help="Replace a net of the same name that you brought before.")
@json_option
def import_(source: Path, card_path: Path | None, overwrite: bool, as_json: bool) -> None:
    """Bring nets into the store: a bundle (.zip) made by export, an ONNX file with --card, or a folder with both."""
    from vultus.errors import InputError
    from vultus.runtime import own_model
    from vultus.runtime.bundle import import_bundle
    if not source.exists():
        raise InputError("source", expected="a bundle, an ONNX file or a folder", got=f"{source}, which does not exist")
    if source.suffix == ".zip":
        done = import_bundle(source, overwrite=overwrite)
    else:
        if source.is_dir():
            source, card_path = own_model.from_folder(source)
        if card_path is None:
            raise InputError("card", expected="--card with the card of the net", got="none",
                             hint=f"write a first one:  vultus models show {source} > card.toml")
        done = [own_model.add(source, card_path, overwrite=overwrite)]
    _say_done(done, as_json, "in the store", {})


def _pull_hub(repo: str, path: str | None, revision: str | None, sha256: str, card_path: Path | None, out: Path,
              as_json: bool) -> None:
    if path is None or revision is None:
        raise click.UsageError("--hub needs --file PATH and --revision COMMIT")
    from vultus.runtime.hub_pull import pull_drafted, pull_with_card
    with _Bar() as bar:
        if card_path is not None:
            done = pull_with_card(repo, path, revision, sha256, card_path, progress=bar.progress)
            where = str(out)
        else:
            done, file = pull_drafted(repo, path, revision, sha256, out, progress=bar.progress)
            where = str(file)
    if as_json:
        print_json({"name": done.name, "sha256": done.sha256, "in_store": card_path is not None, "path": where})
    elif card_path is not None:
        click.echo(f"{done.name}: in the store")
    else:
        card_file = str(Path(where).with_suffix(".toml"))
        click.echo(f"{where}\n{card_file}: complete this card (task, colour, mean, std, crop, licence), then run\n"
                   f"  vultus models import {where} --card {card_file}")


def _chosen(task: str | None, commercial: bool) -> list[tuple[ModelCard, State]]:
    from vultus.errors import UnknownNameError
    from vultus.runtime import store
    from vultus.tasks import TASKS
    if task is not None and task not in TASKS:
        raise UnknownNameError("task", task, TASKS)
    return [(c, store.state(c.name)) for c in store.cards()
            if task in (None, c.task) and (c.licence.commercial or not commercial)]


def _record(card_: ModelCard, state: State) -> dict[str, Any]:
    return {**card_.as_dict(), "state": state.state, "path": _text(state.path)}


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _licence(card_: ModelCard) -> str:
    """The hardest of the three facts."""
    from vultus.card import USES
    return max((card_.licence.code, card_.licence.weights, card_.licence.training_data), key=USES.index)


def _figure(card_: ModelCard) -> str:
    return f"; {card_.measured[0].figure} {card_.measured[0].value:g}" if card_.measured else ""


def _warn_unreadable() -> None:
    from vultus.runtime import store
    for name in store.unreadable():
        warn(f"card of {name!r} in {store.store_dir()} cannot be read; 'vultus models verify {name}' says why")


def _say_done(done: list[ModelCard], as_json: bool, where: str, more: dict[str, Any]) -> None:
    if as_json:
        print_json({**more, "models": [{"name": c.name, "sha256": c.sha256, "bytes": c.bytes} for c in done]})
        return
    for card_ in done:
        packaged = card_.source.kind == "packaged" and not more
        click.echo(f"{card_.name}: {'part of the package already' if packaged else where}")


class _Bar:
    """A progress bar on stderr for one download after the other; silent when stderr is no terminal."""

    def __enter__(self) -> _Bar:
        from tqdm import tqdm
        self._bar = tqdm(unit="B", unit_scale=True, disable=None, leave=False)
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    @property
    def progress(self) -> Progress:
        return self._advance

    def _advance(self, name: str, came: int, total: int | None) -> None:
        self._bar.total = total
        self._bar.set_description(name, refresh=False)
        self._bar.n = came
        self._bar.refresh() if came == total else self._bar.update(0)
