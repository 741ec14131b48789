"""``landmark freeze``: freeze the weeks that have closed, now.

Answers: how to freeze without the background worker. Does not answer: what a freeze holds (``cadence.freezing``).
"""

import click

from landmark.cli.main import setup_django


@click.command()
@click.option("--org", "slug", help="The organisation's name in the address; without it, every organisation.")
def freeze(slug: str | None) -> None:
    """Freeze every closed week that is not frozen yet, oldest first."""
    setup_django()
    from landmark.cadence.freezing import freeze_due
    from landmark.cli.fit import find_orgs

    for org in find_orgs(slug):
        frozen = freeze_due(org, via="cli")
        days = ", ".join(f"{one.deadline_at:%Y-%m-%d %H:%M} UTC" for one in frozen)
        click.echo(f"{org.slug}: {days or 'every closed week is frozen already'}")
