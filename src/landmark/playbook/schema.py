"""What a playbook is: the sales method as typed, frozen data.

Answers: which stages, milestones, attributes, gates, roles and reasons exist and what each asks for.
Does not answer: whether a deal meets them (``engines``), nor how files are read (``loader``) or judged (``lint``).
Every label and sentence lives in the wording, one file a language.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, PrivateAttr, StringConstraints, model_validator

from landmark.playbook.action_plans import PlanTemplate
from landmark.playbook.checks import Check, Days, Key, Strict
from landmark.playbook.choice import Budget, DecisionHeld, Suits
from landmark.playbook.decision import DecisionPart
from landmark.playbook.discovery import Discovery
from landmark.playbook.last_mile import LastMile
from landmark.playbook.names import fold_name
from landmark.playbook.relationships import Commitment, Relationships
from landmark.playbook.rubrics import Qualification
from landmark.playbook.strength import Strength, StrengthField
from landmark.playbook.wording import fill

__all__ = ["Check", "Gate", "Playbook", "Stage", "Strength"]

EVERY_MOVE = "every_move"
MEETING = "meeting"
DEFAULT_LANGUAGE = "en"

Rate = Annotated[Decimal, Field(ge=0, le=1)]
Chance = Annotated[float, Field(ge=0, le=1)]
OwnerRole = Literal["representative", "manager", "sales_operations", "contributor", "executive", "administrator"]
StageKind = Literal["open", "won", "lost", "paused"]
Mode = Literal["off", "warn", "block"]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)*$")]


class Keyed(Strict):
    key: Key


Item = TypeVar("Item", bound=Keyed)


class EvidenceNeed(Strict):
    """One piece of evidence a stage should hold, and how strong it should be."""

    evidence: Key
    strength: StrengthField = Strength.CLAIMED


class Stage(Keyed):
    """A state the customer is in. ``entry``, ``exit`` and ``no_go`` name sentences of the wording."""

    kind: StageKind = "open"
    owner: OwnerRole = "representative"
    entry: tuple[Key, ...] = ()
    exit: tuple[Key, ...] = ()
    no_go: tuple[Key, ...] = ()
    minimum_evidence: tuple[EvidenceNeed, ...] = ()
    leads_to: tuple[Key, ...] = Field(default=(), description="Stages that come next, the usual one first")
    typical_days: Days | None = Field(default=None, description="Median days here, until your own history says better")
    p75_days: Days | None = Field(default=None, description="Three deals in four have left by this day")
    win_prior: Rate | None = Field(default=None, description="Share of deals here that end won, as a prior")
    aliases: tuple[str, ...] = Field(default=(), description="Names importers read as this stage")


class Milestone(Keyed):
    """A hard data point: it happened and can be proved (``milestone.<key>.proof`` in the wording says by what)."""

    expiry_days: Days | None = Field(default=None, description="Days it stays fresh; left out = it does not expire")
    from_stage: Key | None = Field(default=None, description="The earliest stage in which it can be had")
    strongest: StrengthField = Field(default=Strength.SIGNED, description="The strongest proof it can have")
    aliases: tuple[str, ...] = ()


class EvidenceKey(Milestone):
    """Proof a gate may ask for that is not one of the milestones, such as a confirmed impact figure."""


class Attribute(Keyed):
    """A soft data point nobody controls, known about the deal or its account."""

    type: Literal["text", "choice", "number", "money", "date", "month"]
    source: Literal["account", "buyer", "deal", "organisation"]
    choices: tuple[Key, ...] = ()
    expiry_days: Days | None = None
    aliases: tuple[str, ...] = ()


class Gate(Keyed):
    """One question at one door. Passed when every check is met; what follows either way is in outputs and routes."""

    door: Key = Field(description=f"The stage it opens, or {EVERY_MOVE!r}, or {MEETING!r} (the decision meeting)")
    mode: Mode = "block"
    overridable: bool = Field(default=True, description="May a person open it with a reason and an expiry?")
    checks: tuple[Check, ...] = Field(min_length=1)
    outputs: tuple[Key, ...] = Field(min_length=1, description="What it leads to when passed")
    fail_routes: tuple[Key, ...] = Field(min_length=1, description="The named way on when held, best first")


class Role(Keyed):
    """A buying role. ``key_player`` marks those to meet before a solution is worked on."""

    key_player: bool = False
    aliases: tuple[str, ...] = ()


class Stance(Keyed):
    """How a person stands to the deal, from most against (low ``rank``) to most in favour."""

    rank: int
    red_flag: bool = False
    aliases: tuple[str, ...] = ()


class LossReason(Keyed):
    aliases: tuple[str, ...] = ()


class WinReason(Keyed):
    aliases: tuple[str, ...] = ()


class PauseTrigger(Keyed):
    """What would reopen a paused deal; ``needs_date`` when it is nothing without a day."""

    needs_date: bool = False


class FunnelStep(Keyed):
    """One step of the funnel: where it stands, where it should be, and what to watch while improving it."""

    from_state: Key
    to_state: Key
    baseline: Rate
    target_low: Rate
    target_high: Rate
    entered: int = Field(ge=1)
    reached: int = Field(ge=0)
    guardrail: Key
    actions: tuple[Key, ...] = Field(min_length=1)


class FunnelState(Keyed):
    """Where a state of the funnel is read from; left out, it is not kept here yet and its steps cannot be measured."""

    stage: Key | None = None


class Guardrail(Keyed):
    """The figure to watch while a step improves: how it is measured between two states of the funnel."""

    measure: Literal["lost_before", "days_to", "lost_for"]
    from_state: Key
    to_state: Key
    reasons: tuple[Key, ...] = Field(default=(), description="Loss reasons that count, for `lost_for`")


class DateReview(Keyed):
    """Something that happened and changes what is known about the date: the target date is to be looked at again."""

    evidence: tuple[Key, ...] = Field(min_length=1)


class Upkeep(Strict):
    """How stage percentages and flags are kept in order."""

    stalled_days: Days = Field(default=30, description="Days without a move forward or new evidence: stalled")
    explained_days: Days = Field(default=14, description="How long an explained flag rests")
    freeze_days: Days = Field(default=90, description="How long stage percentages are held, unless told otherwise")
    drift_check_days: Days = Field(default=30, description="How often frozen percentages are checked")
    recent_days: Days = Field(default=90, description="How far back the check looks at least")
    backfill_low_days: Days = Field(default=60, description="The least history to bring in before percentages count")
    backfill_high_days: Days = Field(default=90, description="The history worth bringing in")


class CategoryLimits(Strict):
    """From which chance to be won within the period on a forecast category is suggested for a deal."""

    commit_from: Chance = Field(
        default=0.70, description="Commit from here on, unless evidence is owed: then best case"
    )
    best_case_from: Chance = Field(default=0.35, description="Best case from here on")
    pipeline_from: Chance = Field(default=0.05, description="Pipeline from here on; below it omitted")

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if not self.pipeline_from < self.best_case_from < self.commit_from:
            raise ValueError("Write `pipeline_from` below `best_case_from`, and that below `commit_from`.")
        return self


class TargetRole(Keyed):
    """Who brings qualified deals, and with what weight in the sample."""

    weight: int = Field(ge=0)


class TargetStart(Strict):
    """What a first target plan starts from."""

    coverage: Decimal = Field(default=Decimal(3), gt=0, description="Pipeline for what is still to win, times")
    last_step: Rate = Field(default=Decimal("0.35"), description="The share of the last step to won to reach")
    rates: tuple[Rate, ...] = Field(default=(), description="Conversions from the first kept state on, one a step")
    roles: tuple[TargetRole, ...] = ()


class Benchmarks(Strict):
    """Figures to start from. ``source_rates`` is the published table: a worked case, used for nothing else."""

    prior_deals: int = Field(default=40, ge=1, description="How many deals of your own the priors weigh as much as")
    source_rates: Mapping[Key, Rate] = Field(default_factory=dict)
    states: tuple[FunnelState, ...] = ()
    funnel: tuple[FunnelStep, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    date_reviews: tuple[DateReview, ...] = ()
    upkeep: Upkeep = Upkeep()
    categories: CategoryLimits = CategoryLimits()
    targets: TargetStart = TargetStart()


class Where(Strict):
    """The place in a file that something was read from."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


Loc = tuple[str | int, ...]


class Playbook(Strict):
    """One version of the method. Lists keep the order of the file; for stages that order is the path."""

    key: Key
    version: Version
    extends: str | None = Field(default=None, description="Another playbook whose parts are used where this has none")
    suits: tuple[Suits, ...] = Field(default=(), description="The deals it is made for; a deal need match one line")
    decision_held: DecisionHeld = Field(default="alone", description="Is the decision a meeting of its own?")
    budget: Budget = Budget()
    stages: tuple[Stage, ...] = Field(min_length=1)
    milestones: tuple[Milestone, ...] = Field(min_length=1)
    evidence: tuple[EvidenceKey, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    gates: tuple[Gate, ...] = ()
    roles: tuple[Role, ...] = Field(min_length=1)
    stances: tuple[Stance, ...] = Field(min_length=1)
    loss_reasons: tuple[LossReason, ...] = Field(min_length=1)
    win_reasons: tuple[WinReason, ...] = Field(min_length=1)
    pause_triggers: tuple[PauseTrigger, ...] = Field(min_length=1)
    benchmarks: Benchmarks = Benchmarks()
    plan_templates: tuple[PlanTemplate, ...] = ()
    decision: DecisionPart = DecisionPart()
    relationships: Relationships = Relationships()
    commitment: Commitment = Commitment()
    discovery: Discovery | None = None
    last_mile: LastMile = LastMile()
    qualification: Qualification = Qualification()

    _wording: Mapping[str, Mapping[str, str]] = PrivateAttr(default_factory=dict)
    _places: Mapping[Loc, Where] = PrivateAttr(default_factory=dict)

    @property
    def ref(self) -> str:
        return f"{self.key}/{self.version}"

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted(self._wording))

    # Looking things up: KeyError names the playbook and the key.

    @cached_property
    def _by_key(self) -> Mapping[str, Mapping[str, Keyed]]:
        lists: Mapping[str, Iterable[Keyed]] = {
            "stage": self.stages, "gate": self.gates, "attribute": self.attributes, "role": self.roles,
            "stance": self.stances, "evidence": (*self.milestones, *self.evidence),
        }  # fmt: skip
        return {name: {item.key: item for item in items} for name, items in lists.items()}

    def _find(self, what: str, key: str, kind: type[Item]) -> Item:
        found = self._by_key[what].get(key)
        if not isinstance(found, kind):
            raise KeyError(f"{self.ref} has no {what} {key!r}")
        return found

    def stage(self, key: str) -> Stage:
        return self._find("stage", key, Stage)

    def gate(self, key: str) -> Gate:
        return self._find("gate", key, Gate)

    def role(self, key: str) -> Role:
        return self._find("role", key, Role)

    def stance(self, key: str) -> Stance:
        return self._find("stance", key, Stance)

    def attribute(self, key: str) -> Attribute:
        return self._find("attribute", key, Attribute)

    def evidence_item(self, key: str) -> Milestone:
        """The milestone or other evidence key of that name."""
        return self._find("evidence", key, Milestone)

    def has_evidence(self, key: str) -> bool:
        return key in self._by_key["evidence"]

    @cached_property
    def open_stages(self) -> tuple[Stage, ...]:
        """The path, first to last."""
        return tuple(stage for stage in self.stages if stage.kind == "open")

    def position(self, stage_key: str) -> int | None:
        """Place on the path: 0 for the first open stage, one past the last for won, None for lost and paused."""
        return self._positions[self.stage(stage_key).key]

    @cached_property
    def _positions(self) -> Mapping[str, int | None]:
        places: dict[str, int | None] = {stage.key: None for stage in self.stages}
        places.update({stage.key: place for place, stage in enumerate(self.open_stages)})
        places.update({stage.key: len(self.open_stages) for stage in self.stages if stage.kind == "won"})
        return places

    def gates_at(self, door: str) -> tuple[Gate, ...]:
        return tuple(gate for gate in self.gates if gate.door == door)

    # Names importers bring: case, spaces and punctuation do not matter.

    def stage_for(self, name: str) -> Stage | None:
        """The stage a source's own name stands for, or None."""
        return self.stage(key) if (key := self._aliases["stage"].get(fold_name(name))) else None

    def milestone_for(self, name: str) -> Milestone | None:
        """The milestone or evidence a source's own name stands for, or None."""
        return self.evidence_item(key) if (key := self._aliases["evidence"].get(fold_name(name))) else None

    def attribute_for(self, name: str) -> Attribute | None:
        return self.attribute(key) if (key := self._aliases["attribute"].get(fold_name(name))) else None

    def role_for(self, name: str) -> Role | None:
        return self.role(key) if (key := self._aliases["role"].get(fold_name(name))) else None

    @cached_property
    def _aliases(self) -> Mapping[str, Mapping[str, str]]:
        return {
            what: {
                fold_name(name): item.key
                for item in items.values()
                for name in (item.key, *getattr(item, "aliases", ()))
            }
            for what, items in self._by_key.items()
        }

    # Words and places.

    def text(self, key: str, lang: str = DEFAULT_LANGUAGE, **values: object) -> str:
        """A sentence of the wording with ``{names}`` filled in; English when the language lacks it, else the key."""
        found = self._words_of(lang).get(key)
        if found is None:
            found = self._words_of(DEFAULT_LANGUAGE).get(key, key)
        return fill(found, values) if values else found

    def _words_of(self, lang: str) -> Mapping[str, str]:
        """The wording of a language; of ``it`` when asked for ``it-IT``."""
        words = self._languages
        return words[lang] if lang in words else words.get(lang[:2].lower(), {})

    @cached_property
    def _languages(self) -> Mapping[str, Mapping[str, str]]:
        return self._wording  # a private attribute is slow to reach, and every sentence asks

    def label(self, what: str, key: str, lang: str = DEFAULT_LANGUAGE) -> str:
        """The short name of a stage, milestone, evidence, attribute, gate, role, stance, strength or reason."""
        if what == "milestone" and key not in {item.key for item in self.milestones}:
            what = "evidence"
        found = self.text(f"{what}.{key}.label", lang)
        return key if found == f"{what}.{key}.label" else found

    def wording(self, lang: str) -> Mapping[str, str]:
        return self._wording.get(lang, {})

    def where(self, *loc: str | int) -> Where:
        """File and line of a part, or of the nearest part around it that has one."""
        for length in range(len(loc), -1, -1):
            if (found := self._places.get(loc[:length])) is not None:
                return found
        return Where(file=self.ref, line=1)
