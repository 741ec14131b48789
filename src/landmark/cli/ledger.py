"""``landmark ledger``: check the record, and write down where it ends.

Answers: how a person checks the ledger by hand or by schedule. Does not answer: how the check works
(``ledger.verify``).
"""

import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from landmark.cli.main import setup_django


@click.group()
def ledger() -> None:
    """Check the record of what happened, and write down where it ends."""


@ledger.command("verify")
@click.option("--org", "slug", metavar="SLUG", help="Only this organisation (its name in the address bar).")
@click.option("--head", "head_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A head file.")
def verify_command(slug: str | None, head_file: Path | None) -> None:
    """Compute every hash again. Exit status 1 when something is not as it was recorded."""
    setup_django()
    from landmark.ledger.verify import verify

    expected = read_heads(head_file) if head_file else {}
    names = find_organisations(slug)
    if slug is None:
        names = {**{org_id: f"organisation {org_id}" for org_id in expected}, **names}
    failed = False
    for org_id, name in names.items():
        report = verify(org_id, expected.get(org_id))
        failed |= not report.is_whole
        counts = report.counts
        read = f"{counts.rows:,} rows in {counts.links:,} links read, words of {counts.erased:,} erased"
        click.echo(f"{name}: {'whole' if report.is_whole else 'NOT whole: ' + report.problem} ({read})")
    if not names:
        click.echo("The ledger is empty.")
    sys.exit(1 if failed else 0)


@ledger.command("head")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@click.option("--org", "slug", metavar="SLUG", help="Only this organisation.")
def head_command(out: Path, slug: str | None) -> None:
    """Write down where each chain ends. Keep the file where nobody who can write to the database can change it."""
    setup_django()
    from landmark.ledger.verify import export_head

    heads = [{"name": name, **export_head(org_id)} for org_id, name in find_organisations(slug).items()]
    out.write_text(json.dumps({"heads": heads}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(f"Wrote {len(heads)} {'head' if len(heads) == 1 else 'heads'} to {out}.")


def find_organisations(slug: str | None) -> dict[UUID, str]:
    """Ids and names of the chains to look at; an organisation that was removed leaves its record behind."""
    from landmark.ledger.models import Head
    from landmark.orgs.models import Organisation

    organisations = Organisation.objects.order_by("slug")
    if slug is not None:
        organisations = organisations.filter(slug=slug)
        if not organisations:
            raise click.ClickException(f"No organisation is called {slug}.")
    names = {org.id: org.slug for org in organisations}
    if slug is None:
        for org_id in Head.objects.exclude(org_id__in=names).order_by("org_id").values_list("org_id", flat=True):
            names[org_id] = f"removed organisation {org_id}"
    return names


def read_heads(path: Path) -> dict[UUID, dict[str, Any]]:
    """The heads of a file that ``landmark ledger head`` wrote."""
    try:
        heads = json.loads(path.read_text(encoding="utf-8"))["heads"]
        return {UUID(head["org_id"]): {"seq": int(head["seq"]), "hash": str(head["hash"])} for head in heads}
    except (ValueError, KeyError, TypeError):
        raise click.ClickException(f"{path} is not a head file; make one with `landmark ledger head`.") from None
