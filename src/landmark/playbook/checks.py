"""The registered kinds of check and the parameters each takes.

Answers: what a playbook may ask for. Does not answer: whether a deal has it (``engines.checks`` holds one function a
kind). A new kind of rule is a class here, a function there and a worked case; YAML never carries logic.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from landmark.playbook.strength import Strength, StrengthField

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Days = Annotated[int, Field(ge=1, le=3650)]


class Strict(BaseModel):
    """Frozen, and a misspelt field is an error instead of silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BaseCheck(Strict):
    """What every check has: a key for promises and wording, and who on the buyer's side could supply it.

    The sentences are in the wording files: ``gate.<gate>.check.<key>.why`` and ``….next_step``.
    """

    key: Key = Field(description="Name of this check inside its gate")
    supplied_by: tuple[Key, ...] = Field(
        default=(), description="Buying roles who could supply it, best first; empty means our own team"
    )
    promisable: bool = Field(default=True, description="May the gate pass on a dated promise of this check?")


class EvidenceCheck(BaseCheck):
    """One milestone or other piece of evidence is there, fresh and strong enough."""

    kind: Literal["evidence"]
    evidence: Key
    strength: StrengthField = Strength.CLAIMED


class AnyEvidenceCheck(BaseCheck):
    """At least one of several pieces of evidence is there, fresh and strong enough."""

    kind: Literal["any_evidence"]
    any_of: tuple[Key, ...] = Field(min_length=1)
    strength: StrengthField = Strength.CLAIMED


class RoleCheck(BaseCheck):
    """Somebody is named for one of these buying roles; with ``met`` we have also met them."""

    kind: Literal["role"]
    any_of: tuple[Key, ...] = Field(min_length=1)
    met: bool = False


class KeyPlayersCheck(BaseCheck):
    """Every named person in these roles was met and their personal benefit is on record; at least one is named."""

    kind: Literal["key_players"]
    roles: tuple[Key, ...] = Field(min_length=1)


class AdversariesCheck(BaseCheck):
    """Every known person whose stance is a red flag has a written plan."""

    kind: Literal["adversaries"]


class PeopleMetCheck(BaseCheck):
    """At least so many people of the buying side were met."""

    kind: Literal["people_met"]
    at_least: Annotated[int, Field(ge=1, le=50)]


class NextStepCheck(BaseCheck):
    """A next step with words, an owner and a date that has not gone by; with ``within_days`` also near enough."""

    kind: Literal["next_step"]
    within_days: Days | None = None


class AttributeCheck(BaseCheck):
    """An attribute of the playbook is filled in."""

    kind: Literal["attribute"]
    attribute: Key


class DealFieldCheck(BaseCheck):
    """The deal has an amount above zero, or a target date."""

    kind: Literal["deal_field"]
    name: Literal["amount", "target_on"]


Check = Annotated[
    EvidenceCheck
    | AnyEvidenceCheck
    | RoleCheck
    | KeyPlayersCheck
    | AdversariesCheck
    | PeopleMetCheck
    | NextStepCheck
    | AttributeCheck
    | DealFieldCheck,
    Field(discriminator="kind"),
]
