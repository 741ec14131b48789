"""``landmark playbook``: look at a playbook, judge one, compare two, describe the format to an editor.

Answers: what the files say. Needs no database, except to tell what a change would mean for open deals.
"""

from pathlib import Path

import click

from landmark.playbook.lint import lint
from landmark.playbook.loader import DEFAULT_REF, PlaybookError, load_folder, load_playbook
from landmark.playbook.schema import Gate, Playbook, Stage

UNREADABLE = 2


@click.group()
def playbook() -> None:
    """The sales method as files: check one, show one, or write the schema for your editor."""


@playbook.command()
@click.argument("source", default=DEFAULT_REF, metavar="[PATH|REF]")
def check(source: str) -> None:
    """Judge a folder, or a playbook by name such as landmark/2026.1.

    Exit 0: fine, perhaps with warnings. 1: read, but something must be put right. 2: it cannot be read.
    """
    found = _load(source)
    findings = lint(found)
    for finding in findings:
        click.echo(str(finding))
    errors = sum(finding.level == "error" for finding in findings)
    if errors:
        click.echo(f"{found.ref}: {errors} to put right.")
        raise SystemExit(1)
    warnings = f", {len(findings)} to look at" if findings else ""
    click.echo(
        f"{found.ref} is fine: {len(found.stages)} stages, {len(found.milestones)} milestones, "
        f"{len(found.gates)} gates, in {', '.join(found.languages)}{warnings}."
    )


@playbook.command()
@click.argument("source", default=DEFAULT_REF, metavar="[PATH|REF]")
@click.option("--lang", default="en", show_default=True, help="Language of the labels and sentences.")
def show(source: str, lang: str) -> None:
    """Print the path with its gates, the milestones and the people, in words."""
    found = _load(source)
    if lang not in found.languages:
        click.echo(f"There is no {lang!r} here; showing English. Languages: {', '.join(found.languages)}.", err=True)
    click.echo(f"{found.text('playbook.label', lang)} {found.version}: {found.text('playbook.summary', lang)}")
    for stage in found.stages:
        _show_stage(found, stage, lang)
    for door in ("every_move", "meeting"):
        for gate in found.gates_at(door):
            click.echo(f"\n[{found.text(f'door.{door}.label', lang)}]")
            _show_gate(found, gate, lang)
    click.echo()
    for item in found.milestones:
        fresh = f" ({item.expiry_days} d)" if item.expiry_days else ""
        proof = found.text(f"milestone.{item.key}.proof", lang)
        click.echo(f"* {found.label('milestone', item.key, lang)}{fresh}: {proof}")


@playbook.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--org", "slug", help="Also tell what NEW would mean for this organisation's open deals that follow OLD.")
@click.option("--lang", default="en", show_default=True, help="Language of the gates' names.")
@click.option("--words", is_flag=True, help="Also list every sentence that reads otherwise.")
def diff(old: str, new: str, slug: str | None, lang: str, words: bool) -> None:
    """What changed from OLD to NEW, each a folder or a name such as landmark/2026.1.

    With --org the open deals are judged by both before anybody uses NEW: which gates would open or close, what would be
    owed. Nothing is changed. Exit 0: told. 2: one of the two cannot be read, or there is no such organisation.
    """
    from landmark.cli.playbook_diff import show_diff, show_effects

    before, after = _load(old), _load(new)
    show_diff(before, after, words=words)
    if slug is not None:
        show_effects(slug, before, after, lang)


@playbook.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file, not to the screen.")
def schema(out: Path | None) -> None:
    """Write the JSON Schema of the playbook files, for completion and checking in an editor."""
    from landmark.playbook.editor_schema import schema_text

    if out is None:
        click.echo(schema_text(), nl=False)
        return
    out.write_text(schema_text(), encoding="utf-8")
    click.echo(f"Wrote {out}.")


def _load(source: str) -> Playbook:
    """A folder when there is one of that name, else a playbook that ships with Landmark."""
    try:
        return load_folder(source) if Path(source).is_dir() else load_playbook(source)
    except PlaybookError as error:
        click.echo(str(error), err=True)
        raise SystemExit(UNREADABLE) from None


def _show_stage(found: Playbook, stage: Stage, lang: str) -> None:
    figures = f"  {stage.typical_days} d, p75 {stage.p75_days} d, {stage.win_prior:.1%}" if stage.win_prior else ""
    click.echo(f"\n{found.label('stage', stage.key, lang)}{figures}")
    click.echo(f"  {found.text(f'stage.{stage.key}.summary', lang)}")
    for gate in found.gates_at(stage.key):
        _show_gate(found, gate, lang)


def _show_gate(found: Playbook, gate: Gate, lang: str) -> None:
    words = f"gate.{gate.key}"
    mode = found.text(f"mode.{gate.mode}.label", lang)
    click.echo(f"  > {found.text(f'{words}.label', lang)} ({mode}): {found.text(f'{words}.question', lang)}")
    for item in gate.checks:
        strength = getattr(item, "strength", None)
        shown = f" ({found.label('strength', strength.key, lang)})" if strength else ""
        click.echo(f"      - {found.text(f'{words}.check.{item.key}.label', lang)}{shown}")
