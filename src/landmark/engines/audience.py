"""Two audiences: what stays inside, and what a buyer may be shown.

Answers: may this field leave the house? Does not answer: who of the team may see it (``orgs.permissions``), what a
document says (``documents``).

Whatever is not named in ``SHAREABLE`` is internal. To let a field out, name it here below its model, then read the
record through ``see``::

    action = see(row, SHARED)
    action.deliverable           # is named below: its value; a record it leads to is seen the same way
    action.stance                # is not: NotShareable, and the document is not made

Words that must never leave (``NEVER``) cannot be named; ``unshareable_names`` finds them and a rule test asks it.
"""

from enum import StrEnum
from typing import Any, NoReturn


class Audience(StrEnum):
    """``INTERNAL``: the seller's people. ``SHARED``: also the buyer's."""

    INTERNAL = "internal"
    SHARED = "shared"


INTERNAL, SHARED = Audience.INTERNAL, Audience.SHARED


class NotShareable(ValueError):
    """A text for the buyer asked for a field that stays inside; the message names the field."""


# By model, "app.Model": its fields for both audiences. Alphabetical; one line a model keeps edits apart.
_FIELDS: dict[str, str] = {
    "buying.Assumption": "owner text",
    "buying.Criterion": "baseline method metric number requirements target text window",
    "buying.ImpactConfirmation": "confirmed_by confirmed_on sentence",
    "buying.DecisionProcess": "mechanism ready_when",
    "buying.ProcessConfirmation": "confirmed_on recap",
    "buying.ProcessStep": "artefact done_on last_days lead_days position reviewer role title",
    "buying.Requirement": "acceptance affected dependency dependency_owner number owner priority text",
    "buying.SignOff": "number signed_by signed_on terms",
    "closing.CommercialSummary": "assumptions change_control currency deliverables exclusions number "
    "payment_terms renewal service_levels term_months",
    "closing.Decision": "outcome reason words",
    "closing.DecisionMeeting": "agenda duration_minutes held_on language place starts_at subject time_zone uid",
    "closing.ExecutiveSummary": "sections",
    "closing.Invitee": "member person",
    "closing.Minutes": "text",
    "closing.Objection": "answer words",
    "closing.OfferPart": "challenge key text value",
    "closing.Recap": "commitments decision plan risks sent_to summary_number",
    "closing.Risk": "mitigation text",
    "closing.OnboardingStep": "due_on owner text",
    "closing.RoadMapStep": "due_on owner_member owner_person text",
    "closing.SummaryLine": "amount kind label",
    "closing.Undertaking": "due_on stakeholder text",
    "deals.Account": "name",
    "deals.Deal": "account amount currency name owner target_on",
    "deals.Person": "name title",
    "deals.Stakeholder": "person roles",
    "orgs.Member": "name",
    "orgs.Organisation": "name",
    "plans.Plan": "anchor anchor_on check_in_weekday outcome requirements starts_on",
    "plans.PlanAction": "acceptance days decision deliverable due_on needs our_owner phase text their_owner",
    "plans.PlanConfirmation": "confirmed_on person",
}

SHAREABLE: frozenset[str] = frozenset(f"{model}.{name}" for model, names in _FIELDS.items() for name in names.split())

# A field whose name holds one of these words is ours alone, whatever its model.
NEVER: frozenset[str] = frozenset(
    {
        "adversary", "attitude", "benefit", "confidence", "debrief", "depth", "escalation", "fallback", "influence",
        "interest", "internal", "leverage", "likelihood", "private", "probability", "rating", "relationship", "score",
        "stance", "support", "switching", "tactic", "tactics", "walkaway",
    }
)  # fmt: skip


def is_shareable(model: str, field: str) -> bool:
    """``is_shareable("plans.Action", "deliverable")``; identifiers say nothing and may be read by anybody."""
    return field in ("id", "pk") or f"{model}.{field}" in SHAREABLE


def unshareable_names() -> list[str]:
    """Entries that hold a word of ``NEVER``: the list is empty, or the registry is wrong."""
    return sorted(name for name in SHAREABLE if NEVER & set(name.rsplit(".", 1)[1].lower().split("_")))


class Seen:
    """One record as one audience sees it; asking for more raises. It cannot be changed."""

    __slots__ = ("_audience", "_model", "_record")

    def __init__(self, record: object, audience: Audience) -> None:
        object.__setattr__(self, "_record", record)
        object.__setattr__(self, "_audience", audience)
        object.__setattr__(self, "_model", _label_of(record))

    def __getattr__(self, name: str) -> Any:
        if self._audience is SHARED and not is_shareable(self._model, name):
            raise NotShareable(f"{self._model}.{name} is for the team alone and cannot stand in what a buyer reads.")
        value = getattr(self._record, name)
        return Seen(value, self._audience) if _label_of(value) else value

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("A record that is only looked at does not change.")

    def __repr__(self) -> str:
        return f"<{self._model} for {self._audience}>"


def see(record: object, audience: Audience) -> Any:
    """The record as this audience sees it; None stays None."""
    if record is None:
        return None
    if not _label_of(record):
        raise TypeError(f"{type(record).__name__} is no record with named fields.")
    return Seen(record, audience)


def _label_of(value: object) -> str:
    """ "app.Model" of a stored record, "" of anything else: also a manager or a query, whose rows are seen singly."""
    meta = getattr(type(value), "_meta", None)
    return str(getattr(meta, "label", ""))
