"""``landmark playbook diff`` in words.

Answers: how a comparison and its effect on open deals are printed. Does not answer: what differs (``playbook.diff``) or
what it means for a deal (``deals.playbooks``).
"""

from typing import TYPE_CHECKING

import click

from landmark.cli.main import setup_django
from landmark.playbook.diff import Difference, compare
from landmark.playbook.schema import Playbook

if TYPE_CHECKING:
    from landmark.deals.playbooks import DealEffect

UNREADABLE = 2
SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": "~"}


def show_diff(old: Playbook, new: Playbook, *, words: bool) -> None:
    found = compare(old, new)
    if found.is_empty:
        click.echo(f"{old.ref} and {new.ref} say the same.")
        return
    click.echo(f"{old.ref} → {new.ref}")
    for item in found.method:
        click.echo(f"  {_say(item)}")
    if not found.method:
        click.echo("  The method is the same.")
    _show_words(found.wording, whole=words)


def _say(item: Difference) -> str:
    sign = SIGNS[item.how]
    if item.how == "added":
        return f"{sign} {item.place}: {item.new}"
    if item.how == "removed":
        return f"{sign} {item.place}: {item.old}"
    told = f"{item.old or 'nothing'} → {item.new or 'nothing'}"
    return f"{sign} {item.place}{' in another order' if item.how == 'moved' else ''}: {told}"


def _show_words(items: tuple[Difference, ...], *, whole: bool) -> None:
    if not items:
        return
    counts = ", ".join(
        f"{number} {how}" for how in ("added", "removed", "changed") if (number := sum(i.how == how for i in items))
    )
    click.echo(f"  Sentences: {counts}{'' if whole else '; --words lists them'}.")
    for item in items if whole else ():
        click.echo(f"  {_say(item)}")


def show_effects(slug: str, old: Playbook, new: Playbook, lang: str) -> None:
    """What the new one would mean for each open deal that follows the old one."""
    setup_django()
    from landmark.deals.playbooks import effects_on
    from landmark.orgs.models import Organisation

    org = Organisation.objects.filter(slug=slug).first()
    if org is None:
        known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        click.echo(f"There is no organisation {slug!r} here; there is {known}.", err=True)
        raise SystemExit(UNREADABLE)
    told = list(effects_on(org, old, new, lang))
    felt = [deal for deal in told if deal.effect.is_felt]
    click.echo(f"\n{org.name}: {len(told)} open deals follow {old.ref}, {len(felt)} would feel it.")
    for deal in felt:
        _show_deal(deal, old, lang)
    click.echo("Deals keep the playbook they started with. A fitted forecast reads facts, not gates.")


def _show_deal(deal: "DealEffect", old: Playbook, lang: str) -> None:
    effect = deal.effect
    owner = f", {deal.owner}" if deal.owner else ""
    click.echo(f"\n  {deal.name} ({old.label('stage', deal.stage, lang)}{owner})")
    if not effect.is_placed:
        click.echo("    ! stands at a stage the new one does not have")
        return
    for gate in effect.opens:
        click.echo(f"    + opens: {gate.label} (held for: {', '.join(gate.missing)})")
    for gate in effect.closes:
        click.echo(f"    - closes: {gate.label} (needs: {', '.join(gate.missing)})")
    pairs = (
        ("gates owed", effect.owed_before, effect.owed_after),
        ("evidence in %", effect.evidence_before, effect.evidence_after),
        ("starting chance", effect.prior_before, effect.prior_after),
    )
    for name, before, after in pairs:
        if before != after:
            click.echo(f"    ~ {name}: {before} → {after}")
