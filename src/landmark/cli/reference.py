"""``python -m landmark.cli.reference`` prints docs/reference/cli.md from the commands themselves.

Answers: what the reference page says. Does not answer: how a command works.
"""

from collections.abc import Iterator

import click

from landmark.cli.main import COMMANDS, main

HEAD = """# Commands

Made from the commands themselves by `make reference`. After `make demo` or `make test` the command is
`.venv/bin/landmark`. `forecast`, `backtest` and `playbook` need no database.

Exit status: 0 all went well, 1 something was rejected or not right and the rest was done, 2 nothing was done, or Ctrl+C
stopped it before the end. `forecast` and `backtest` write a forecast whole or not at all, never over what they read.
"""


def iter_commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and sub-command with its full name, in order."""
    for name in sorted(COMMANDS):
        command = main.get_command(click.Context(main), name)
        if command is None:
            continue
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", command.commands[sub]) for sub in sorted(command.commands))


def write_reference() -> str:
    return HEAD + "".join(_section(name, command) for name, command in iter_commands())


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"landmark {name}", terminal_width=110, max_content_width=110)
    return f"\n{'##' if ' ' not in name else '###'} `landmark {name}`\n\n```\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    click.echo(write_reference(), nl=False)
