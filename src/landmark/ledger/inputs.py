"""What callers hand to the ledger: frozen inputs, no database.

Answers: what one entry must say. Does not answer: whether it may be written (``append`` checks that).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from landmark.playbook.strength import Strength

KEY_LENGTH = 120


class LedgerError(ValueError):
    """The entry cannot be written; the message says why and what to do, in one sentence."""


class Source(TextChoices):
    """The door an entry came through. Only ``IMPORT`` may say that something was known before we recorded it."""

    WEB = "web", _("web page")
    API = "api", _("API")
    IMPORT = "import", _("import")
    ADMIN = "admin", _("admin")
    CLI = "cli", _("command line")
    BUYER = "buyer", _("buyer's page")
    SYSTEM = "system", _("Landmark itself")


class Exactness(TextChoices):
    """How well the times are known. ``ASSUMED``: the source keeps no history, so it is taken to have known at once."""

    EXACT = "exact", _("exact")
    DAY = "day", _("to the day")
    ASSUMED = "assumed", _("assumed")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it. ``id`` is empty when no log-in stands behind it (an import, the command line)."""

    id: UUID | None = None
    name: str = ""


CLOCK = Actor(name="Landmark")
"""Nobody did it: its time had come."""


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """One fact about a deal. ``author`` is whose word it is; ``author``, ``title`` and ``note`` can be erased later.

    A correction names in ``supersedes`` the row it replaces; with ``is_retracted`` it takes that row back instead.
    """

    deal_id: UUID
    key: str
    occurred_at: datetime
    strength: Strength = Strength.CLAIMED
    known_at: datetime | None = None
    exactness: str = Exactness.EXACT
    expires_on: date | None = None
    supersedes: UUID | None = None
    is_retracted: bool = False
    attachment_sha256: str = ""
    author: str = ""
    title: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewChange:
    """One field of one object took a new value; "" stands for no value. Personal values can be erased later."""

    object_kind: str
    object_id: UUID
    field: str
    old: str
    new: str
    occurred_at: datetime
    deal_id: UUID | None = None
    known_at: datetime | None = None
    exactness: str = Exactness.EXACT
    is_personal: bool = False
    author: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewAudit:
    """Somebody did something. ``detail`` stays for ever: keys and ids; words about people go to ``note``."""

    verb: str
    object_kind: str = ""
    object_id: UUID | None = None
    deal_id: UUID | None = None
    occurred_at: datetime | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    author: str = ""
    note: str = ""
