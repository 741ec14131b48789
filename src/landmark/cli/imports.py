"""``landmark import``: a pipeline in, from files on this machine.

Answers: what the command says, how it ends: 0 all good, 1 some rows left out, 2 nothing applied. Does not answer: how
files are read (``connectors``).
"""

import secrets
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landmark.cli.main import setup_django

if TYPE_CHECKING:
    from landmark.connectors.actions import Preview
    from landmark.connectors.models import ImportRun
    from landmark.orgs.models import Organisation

ROWS_LEFT_OUT, NOTHING_APPLIED = 1, 2
SHOWN_PROBLEMS = 10
SHOWN_MILESTONES = 8
QUIET_SECONDS = 2.0
ADDRESS = "http://127.0.0.1:8000"


@click.command(name="import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option(
    "--org", "org_name", default="", help="Organisation to import into; made if absent. Default: from the file."
)
@click.option("--dry-run", is_flag=True, help="Say what would change and the first problems; change nothing.")
@click.option(
    "--mapping", type=click.Path(path_type=Path), help="Mapping file: a process log, or names that mean the same."
)
@click.option("--strict", is_flag=True, help="One bad row and nothing is imported.")
@click.option("--user", "email", default="", help="Log-in that may open the organisation; made if absent.")
@click.option("--no-fit", is_flag=True, help="Leave the forecast for later.")
def import_(
    paths: tuple[Path, ...], org_name: str, dry_run: bool, mapping: Path | None, strict: bool, email: str, no_fit: bool
) -> None:
    """Import deals: an event log (deals.csv, events.csv), a Salesforce export (zip or CSV), the Maven CSV, or a process
    log with a mapping file.

    Exit status: 0 all imported, 1 some rows were left out, 2 nothing was imported.
    """
    setup_django()
    _prepare_database()
    from landmark.connectors.parsed import StructuralError

    options: dict[str, Any] = {"org_name": org_name, "mapping": mapping, "strict": strict}
    try:
        rejected = _look(paths, options) if dry_run else _import(paths, options, email, is_fitted=not no_fit)
    except StructuralError as error:
        click.echo(f"Nothing was imported. {error}", err=True)
        raise SystemExit(NOTHING_APPLIED) from None
    if rejected:
        raise SystemExit(ROWS_LEFT_OUT)


def _prepare_database() -> None:
    """Tables are made on the first use, so that an import can be the first thing anybody does."""
    from django.core.management import call_command
    from django.db import connection

    if "connectors_importrun" not in connection.introspection.table_names():
        click.echo("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)


def _look(paths: tuple[Path, ...], options: dict[str, Any]) -> int:
    from landmark.connectors.actions import preview_paths

    with Progress("Looking at the files") as tick:
        found = preview_paths(paths, **options, on_progress=tick)
    state = "new organisation" if found.is_new_org else "organisation"
    click.echo(f"This would go into the {state} “{found.org_name}”. Nothing has been changed.")
    _print_counts(found.counts, "would be")
    _print_stages(found.counts["stages"])
    _print_problems(found)
    return int(found.counts["rejected"] + found.counts["rejected_values"])


def _import(paths: tuple[Path, ...], options: dict[str, Any], email: str, *, is_fitted: bool) -> int:
    from landmark.connectors.actions import import_paths
    from landmark.orgs.models import Organisation

    before = set(Organisation.objects.values_list("id", flat=True))
    with Progress("Importing") as tick:
        run = import_paths(paths, **options, on_progress=tick, rejects_path=_rejects_path(paths[0]))
    is_new = run.org_id not in before
    if not is_new and run.was_same:
        click.echo(f"“{run.org.name}” already holds exactly these files: nothing was changed.")
        return 0
    click.echo(f"Imported into {'the new organisation' if is_new else 'the organisation'} “{run.org.name}”.")
    _print_counts(run.counts, "")
    _print_rejects(run, paths[0])
    if is_fitted:
        _fit(run.org)
    _say_what_next(run.org, email)
    return int(run.counts["rejected"] + run.counts["rejected_values"])


def _rejects_path(first: Path) -> Path:
    """Beside the input, or here where that folder cannot be written."""
    name = f"{first.name.split('.')[0]}.rejected.csv"
    beside = first.parent / name
    try:
        with beside.open("a", encoding="utf-8"):
            pass
    except OSError:
        return Path.cwd() / name
    if beside.stat().st_size == 0:
        beside.unlink()
    return beside


def _print_counts(counts: dict[str, Any], would: str) -> None:
    deals, outcomes, events = counts["deals"], counts["outcomes"], counts["events"]
    would = f" {would}" if would else ""
    click.echo(
        f"  {sum(deals.values()):>9,} deals: {deals['new']:,}{would} new, {deals['changed']:,}{would} changed, "
        f"{deals['unchanged']:,} unchanged"
    )
    click.echo(f"            {outcomes['won']:,} won, {outcomes['lost']:,} lost, {outcomes['open']:,} open")
    click.echo(f"  {sum(events.values()):>9,} events: {events['new']:,}{would} new, {events['known']:,} known before")
    if milestones := counts["milestones"]:
        shown = ", ".join(f"{m['key']} ({m['count']:,})" for m in milestones[:SHOWN_MILESTONES])
        click.echo(f"            {shown}{' …' if len(milestones) > SHOWN_MILESTONES else ''}")
        if own := [m["key"] for m in milestones if not m["is_known"]]:
            click.echo(
                f"            {len(own)} of these are not in the playbook: they feed the forecast and open no gate."
            )
    if counts["differences"]:
        click.echo(
            f"  {counts['differences']:>9,} differences from what people changed here: settle them on the import page"
        )
    for sentence in counts["assumptions"]:
        click.echo(f"  Note: {sentence}")
    click.echo(f"  The data is known until {counts['data_until']}.")


def _print_stages(stages: Iterable[dict[str, str]]) -> None:
    words = {
        "mapping": "by the mapping",
        "name": "by its name",
        "position": "by its place in the list",
        "default": "as nothing says where it lies",
    }
    for row in stages:
        click.echo(f"  Stage {row['source']} stands for {row['stage']}, {words[row['how']]}.")


def _print_problems(found: "Preview") -> None:
    rows = [problem for problem in found.problems if problem["kind"] == "row"]
    if found.counts["rejected"]:
        click.echo(f"{found.counts['rejected']:,} rows cannot be read. The first:")
    for problem in rows[:SHOWN_PROBLEMS]:
        click.echo(f"  {problem['file']}, row {problem['row']}: {problem['reason']}")
    for problem in (one for one in found.problems if one["kind"] == "value"):
        click.echo(f"  {problem['file']}, row {problem['row']}: {problem['reason']}")


def _print_rejects(run: "ImportRun", first: Path) -> None:
    if count := run.counts["rejected"]:
        rows = "One row was" if count == 1 else f"{count:,} rows were"
        click.echo(f"{rows} left out: {_rejects_path(first)} says which and why.")
        click.echo("  Correct them in your file and import it again: what is here already stays as it is.")
    if count := run.counts["rejected_values"]:
        values = "One value was" if count == 1 else f"{count:,} values were"
        click.echo(f"{values} left out, the rest of the rows came in: {_rejects_path(first)} says which and why.")


def _fit(org: "Organisation") -> None:
    from landmark.outlook.actions import run_fit, start_fit

    with Progress("Fitting the forecast") as tick:
        run = run_fit(start_fit(org, enqueue=False).id, on_progress=tick)
    click.echo(f"The forecast was not fitted: {run.error}" if run.error else "The forecast is fitted.")


def _say_what_next(org: "Organisation", email: str) -> None:
    """Who can open it and where. Whoever administers anything here may open what this command makes."""
    from landmark.connectors.organisations import administrators, give_access
    from landmark.orgs.models import User

    if email:
        _give_login(org, email)
    if not org.members.exclude(user=None).exists():
        for user in administrators():
            give_access(org, user)
    logins = User.objects.filter(memberships__org=org, memberships__is_active=True).order_by("email")
    click.echo(f"To see it: `landmark demo` serves it at {ADDRESS}/{org.slug}/board/ (it prints the address).")
    if names := ", ".join(user.email for user in logins[:5]):
        click.echo(f"Sign in as {names}.")
    else:
        click.echo("Nobody can sign in yet: give somebody access with --user name@example.com.")


def _give_login(org: "Organisation", email: str) -> None:
    from landmark.connectors.organisations import give_access
    from landmark.orgs.models import User

    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        user = User.objects.create_user(email.strip(), password)
        click.echo(f"New log-in {user.email}, password {password} (shown only now).")
    give_access(org, user)


class Progress:
    """One line that says how far a long piece of work is; silent when it takes less than two seconds."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.started = time.monotonic()
        self.is_terminal = sys.stderr.isatty()
        self.said = ""

    def __enter__(self) -> "Progress":
        return self

    def __call__(self, phase: str, percent: int) -> None:
        if time.monotonic() - self.started < QUIET_SECONDS:
            return
        if self.is_terminal:
            click.echo(f"\r\033[K{self.label}: {phase}, {percent} %", nl=False, err=True)
        elif phase != self.said:
            click.echo(f"{self.label}: {phase} …", err=True)
        self.said = phase

    def __exit__(self, *args: object) -> None:
        if self.is_terminal and self.said:
            click.echo("\r\033[K", nl=False, err=True)
