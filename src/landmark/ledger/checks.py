"""System check ``ledger.E001``: every registered trigger is in the database.

Answers: is the record protected right now. Does not answer: was it touched while it was not (``verify``).
"""

import sys
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as MildWarning
from django.db import connections

from landmark.ledger.triggers import ENGINES, find_missing


def find_missing_triggers(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Run by ``manage.py check --database default``, and before ``migrate``, where it only warns: that is the cure."""
    level = MildWarning if sys.argv[1:2] == ["migrate"] else Error
    return [
        level(
            f"The trigger {trigger.name} on {trigger.table} is missing, switched off or altered.",
            hint="Put it back with `manage.py migrate`, then look at the record: `landmark ledger verify`.",
            id="ledger.E001",
        )
        for alias in databases or ()
        if connections[alias].vendor in ENGINES
        for trigger in find_missing(connections[alias])
    ]
