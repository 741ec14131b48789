"""The ``landmark`` command: one word a job, each loaded only when asked for.

Answers: which commands exist and where they live. Does not answer: what they do.
"""

import importlib
import os
from typing import Any

import click

COMMANDS = {
    "backtest": "landmark.cli.forecast",
    "demo": "landmark.cli.demo",
    "fit": "landmark.cli.fit",
    "forecast": "landmark.cli.forecast",
    "freeze": "landmark.cli.freeze",
    "import": "landmark.cli.imports",
    "ledger": "landmark.cli.ledger",
    "playbook": "landmark.cli.playbook",
    "work": "landmark.cli.work",
}


class Stopped(click.ClickException):
    """By the person, with Ctrl+C."""

    exit_code = 2


class LazyGroup(click.Group):
    """Loads a command's module on use, so that `landmark forecast` starts without Django."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name])
        command: click.Command = getattr(module, cmd_name.replace("-", "_") if cmd_name != "import" else "import_")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Stopped("Stopped before the end.") from None


@click.command(cls=LazyGroup)
@click.version_option(package_name="landmark")
def main() -> None:
    """Which deals will close, by when, and what holds each one back."""


def setup_django() -> None:
    """Make the database side ready; commands that need it call this first."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "landmark.config.settings")
    django.setup()
