"""``landmark demo``: a sample company on this machine, web and worker together.

Answers: what a first run makes and how everything is started and stopped. Does not answer: what the sample contains
(``simulator``), how it gets in (``connectors``: the sample comes through the same importer as any file).
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from landmark.cli.main import setup_django

if TYPE_CHECKING:
    from landmark.orgs.models import Organisation, Team, User

HOST = "127.0.0.1"
FIRST_PORT = 8000
SEED = 2026
FITTED_DAYS_BACK = (7, 0)
"""The sample is forecast as of a week ago as well, so that every number can say why it changed."""
SAMPLE_COUNTRY = "IT"
SHORT_PLAYBOOK = "transactional/2026.1"
DEMO_DOMAIN = "demo.example"  # orgs.adapter keeps these log-ins out of real use
LOGINS = (
    ("representative", "Representative"),
    ("manager", "Manager"),
    ("sales_operations", "Sales operations"),
    ("contributor", "Contributor"),
    ("executive", "Executive"),
    ("administrator", "Administrator"),
)

STORIES = {"yes": "Signed", "yes_but": "Yes, with conditions", "no": "Lost"}


@click.command()
@click.option("--port", type=int, default=FIRST_PORT, show_default=True, help="First port to try.")
@click.option("--no-serve", is_flag=True, help="Only prepare the sample company.")
def demo(port: int, no_serve: bool) -> None:
    """Load a sample company once and serve it on this machine."""
    os.environ["LANDMARK_DEMO"] = "1"
    setup_django()
    _prepare_database()
    _load_sample_once()
    if not no_serve:
        _serve(_find_port(port))


def _say(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()


def _prepare_database() -> None:
    from django.core.management import call_command

    _say("Preparing the database …")
    call_command("migrate", verbosity=0, interactive=False)


def _load_sample_once() -> None:
    """The sample comes once; who removed it on the board does not get it back. A run that was cut short is finished."""
    from landmark.orgs.models import Organisation
    from landmark.outlook.models import FittedModel

    org = Organisation.objects.filter(is_sample=True).first()
    if not _logins_path().exists():
        _say("Making two years of a sample company …")
        org = org or _import_sample()
        _make_logins(org)
    if org:
        _tell_deals(org)
    if org and FittedModel.objects.filter(org=org, is_ready=True).count() < len(FITTED_DAYS_BACK):
        _fit(org)
    if org:
        _fill_the_week(org)


def _import_sample() -> "Organisation":
    """Write the sample as a Salesforce export and bring it in as any user's file would come."""
    from django.conf import settings

    from landmark.connectors.actions import import_paths
    from landmark.simulator.salesforce import write_salesforce_zip
    from landmark.simulator.simulate import simulate

    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    path = settings.VAR_DIR / "sample-export.zip"
    write_salesforce_zip(simulate(seed=SEED, end_on=datetime.now(UTC).date()), path)
    with _progress("Importing it") as tick:
        org = import_paths([path], org_name="Sample company", is_sample=True, on_progress=tick).org
    org.country = SAMPLE_COUNTRY
    org.save(update_fields=["country"])
    return org


def _make_logins(org: "Organisation") -> None:
    """One log-in a role, with random passwords kept in a file only this user can read; all of them or none."""
    from django.db import transaction

    with transaction.atomic():
        logins = [_make_login(org, role, label) for role, label in LOGINS]
        path = _logins_path()
        path.touch(mode=0o600)
        path.write_text(json.dumps(logins, indent=2))


def _make_login(org: "Organisation", role: str, label: str) -> dict[str, str]:
    """A log-in on a seat of that role: the first imported one that is free, else a new one."""
    from landmark.orgs.models import Member, User

    email, password = f"{role.replace('_', '-')}@{DEMO_DOMAIN}", "-".join(secrets.token_hex(2) for _ in range(4))
    user, _made = User.objects.get_or_create(email=email)
    seat = org.members.filter(user=user).first() or org.members.filter(role=role, user=None).order_by("name").first()
    seat = seat or Member(org=org, name=label, role=role)
    if role == "manager" and seat.team is None:
        seat.team = _team_of_the_representative(org)
    user.first_name, _space, user.last_name = seat.name.partition(" ")
    user.is_staff = user.is_superuser = role == "administrator"
    user.set_password(password)
    user.save()
    seat.user = user
    seat.save()
    if user.is_superuser:
        _open_everything(user, seat.name, role)
    return {"role": label, "email": email, "password": password}


def _team_of_the_representative(org: "Organisation") -> "Team | None":
    """Who signs in as the manager sees the team that the representative's log-in belongs to."""
    rep = org.members.filter(role="representative", user__isnull=False, team__isnull=False).first()
    return rep.team if rep else org.teams.order_by("name").first()


def _open_everything(user: "User", name: str, role: str) -> None:
    """What was imported before the first demo can be opened by its administrator too."""
    from landmark.orgs.models import Member, Organisation

    for org in Organisation.objects.exclude(members__user=user):
        Member.objects.create(org=org, user=user, name=name, role=role)


def _logins_path() -> Path:
    from django.conf import settings

    return Path(settings.VAR_DIR) / "demo-logins.json"


def _tell_deals(org: "Organisation") -> None:
    """Three deals worked on in the deal room, once; a sample without them still serves."""
    from landmark.closing.sample_stories import tell_stories
    from landmark.deals.actions.playbooks import use_playbooks

    by = org.members.filter(role="administrator", is_active=True).first()
    if by is None:
        return
    try:
        if not org.more_playbooks:
            use_playbooks(by=by, refs=[SHORT_PLAYBOOK], via="cli")
        tell_stories(org, by=by)
    except Exception as error:  # a story that cannot be told keeps nobody from the sample
        _say(f"The told deals are not complete: {error}")


def _fit(org: "Organisation") -> None:
    """A whole fit a week back; today the same model reads the newest facts."""
    from landmark.orgs.as_of import latest
    from landmark.outlook.actions import run_fit, start_fit

    end = latest(org).on
    with _progress("Fitting the forecast") as tick:
        for days in FITTED_DAYS_BACK:
            run_fit(start_fit(org, end - timedelta(days=days), enqueue=False, rescoring=days == 0).id, on_progress=tick)


def _fill_the_week(org: "Organisation") -> None:
    """Targets, calls and frozen weeks, once: calls come last, so where they are, nothing is done a second time."""
    from landmark.cadence.models import CallEntry
    from landmark.cadence.sample_calls import make_sample_calls
    from landmark.cadence.sample_plan import set_up_sample

    if CallEntry.objects.filter(org=org).exists():
        return
    operations = org.members.filter(role="sales_operations", is_active=True).first()
    if operations is not None:
        set_up_sample(org, by=operations)
    make_sample_calls(org)


class _progress:  # noqa: N801 - reads as a word at its call
    """One line that counts up while something long runs."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.is_terminal = sys.stdout.isatty()

    def __enter__(self) -> Callable[[str, int], None]:
        if not self.is_terminal:
            _say(f"{self.label} …")
        return self.tick

    def tick(self, phase: str, percent: int) -> None:
        if self.is_terminal:
            click.echo(f"\r\033[K{self.label}: {percent:3d} %  {phase}", nl=False)

    def __exit__(self, *args: object) -> None:
        if self.is_terminal:
            click.echo(f"\r\033[K{self.label}: done")


def _find_port(first: int) -> int:
    for port in range(first, first + 100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise click.ClickException(f"No free port between {first} and {first + 99}: choose one with --port.")


def _serve(port: int) -> None:
    """Web and worker as two children; one Ctrl+C, or the end of either, stops both."""
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port),
        "--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "--no-ws",
        "landmark.config.wsgi:application",
    ]  # fmt: skip
    work = [sys.executable, "-m", "landmark.cli", "work"]
    children = [subprocess.Popen(command, start_new_session=True) for command in (web, work)]  # noqa: S603
    try:
        _wait_for_answer(port, children[0])
        _print_logins(port)
        signal.signal(signal.SIGTERM, _stop_on_signal)
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
    except KeyboardInterrupt:
        _say("\nStopping …")
    finally:
        _stop(children)


def _stop_on_signal(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _wait_for_answer(port: int, web: "subprocess.Popen[bytes]") -> None:
    for _attempt in range(200):
        if web.poll() is not None:
            raise click.ClickException("The web server stopped at once; its message is above.")
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.3)
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)


def _print_logins(port: int) -> None:
    _say(f"\nLandmark is at http://{HOST}:{port}\n")
    if _logins_path().exists():
        for login in json.loads(_logins_path().read_text()):
            _say(f"  {login['role']:<22}{login['email']:<36}{login['password']}")
    _print_told_deals(port)
    _say("\nPress Ctrl+C to stop. The data stays; `make demo` serves it again.")


def _print_told_deals(port: int) -> None:
    """Where the deal room can be seen filled: the names differ from one sample to the next."""
    from landmark.closing.sample_stories import read_told
    from landmark.orgs.models import Organisation

    org = Organisation.objects.filter(is_sample=True).first()
    told = read_told(org) if org else {}
    if org and told:
        _say("\nDeals told from the first talk to their end:\n")
        for story, deal in told.items():
            _say(f"  {STORIES[story]:<22}{deal.name:<36}http://{HOST}:{port}/{org.slug}/deals/{deal.id}/")


def _stop(children: "list[subprocess.Popen[bytes]]") -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
