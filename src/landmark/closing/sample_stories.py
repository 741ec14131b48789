"""Three told deals of the sample company: one signed and handed over, one whose yes has conditions, one lost.

Answers: which deals of the sample tell the stories, and in which order the parts of the deal room fill them. Does not
answer: what a part puts down (its own ``sample`` module), what a gate still misses then (``sample_gaps``). For a sample
alone; all of it goes through the ordinary actions, so a story shows nothing that a person could not have entered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol
from uuid import UUID

from landmark.buying.sample_discovery import fill_sample as fill_discovery
from landmark.buying.sample_people import fill_sample as fill_people
from landmark.buying.sample_qualification import fill_sample as fill_qualification
from landmark.buying.sample_qualification import watch_sample
from landmark.closing.decision_sample import fill_sample as fill_decision
from landmark.closing.sample_close import fill_close
from landmark.closing.sample_gaps import fill_gaps
from landmark.closing.sample_trials import fill_sample as fill_trials
from landmark.deals.actions.deals import edit_deal
from landmark.deals.actions.moves import move_deal
from landmark.deals.changing import changing
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal
from landmark.ledger.models import AuditEvent
from landmark.orgs.as_of import current_day, latest
from landmark.orgs.models import Member, Organisation
from landmark.plans.sample import fill_sample as fill_plan
from landmark.playbook.loader import load_playbook

Story = Literal["yes", "yes_but", "no"]
TOLD = "sample.told"


class Part(Protocol):
    """What one part of the deal room puts down for a story."""

    def __call__(self, deal: Deal, story: Story, *, by: Member) -> object: ...


Step = Callable[[Deal, Story, Member], object]


@dataclass(frozen=True, slots=True)
class Chapter:
    """What was put down on one day, counted back from the sample's last one."""

    days_ago: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """A story, the stages its deal is looked for in (best first), and its chapters in order."""

    story: Story
    found_in: tuple[str, ...]
    chapters: tuple[Chapter, ...]


def tell_stories(org: Organisation, *, by: Member) -> list[Deal]:
    """Tell what has not been told yet; returns the deals told now. ``by`` may edit every deal of the organisation."""
    if not org.is_sample:
        raise ValueError("only a sample gets deals that nobody worked on")
    told: dict[UUID | None, str] = {deal.id: story for story, deal in read_told(org).items()}
    deals = []
    for plot in PLOTS:
        if plot.story in told.values():
            continue
        deal = _find_deal(org, plot, told)
        if deal is not None:
            _tell(deal, plot, by)
            told[deal.id] = plot.story
            deals.append(deal)
    return deals


def read_told(org: Organisation) -> dict[str, Deal]:
    """The deals told so far, by story."""
    rows = AuditEvent.objects.filter(org_id=org.id, verb=TOLD).order_by("recorded_at")
    deals = Deal.objects.of(org).in_bulk([row.deal_id for row in rows if row.deal_id])
    found = {str(row.detail.get("story", "")): deals.get(row.deal_id) for row in rows if row.deal_id}
    return {story: deal for story, deal in found.items() if deal is not None}


def _find_deal(org: Organisation, plot: Plot, told: dict[UUID | None, str]) -> Deal | None:
    """The largest open deal at the wanted stage, first among those of representatives who sign in."""
    rows = Deal.objects.of(org).open().filter(amount__gt=0).exclude(id__in=list(told)).select_related("org", "owner")
    signing_in = rows.filter(owner__user__isnull=False, owner__role="representative")
    for choice in (signing_in, rows):
        for stage in plot.found_in:
            if (found := choice.filter(stage=stage).order_by("-amount", "id").first()) is not None:
                return found
    return None


def _tell(deal: Deal, plot: Plot, by: Member) -> None:
    """All of a story or nothing of it, by the deal's owner; the company's present stands at each chapter's day."""
    by, last, held = deal.owner or by, current_day(deal.org), deal.org.data_until
    with changing(deal, by=by, via="cli") as change:
        for chapter in plot.chapters:
            _set_present(deal, max(last - timedelta(days=chapter.days_ago), deal.opened_at.date() + timedelta(days=1)))
            for step in chapter.steps:
                deal.refresh_from_db()
                step(deal, plot.story, by)
        _set_present(deal, held)
        change.record(TOLD, story=plot.story)
    deal.refresh_from_db()


def _set_present(deal: Deal, day: date | None) -> None:
    """Nobody else sees it: the transaction ends on the day it began with."""
    Organisation.objects.filter(pk=deal.org_id).update(data_until=day)
    deal.org.data_until = day


# Steps


def _aim(days: int) -> Step:
    """A target date beyond the sample's last day, so that plans and calendars lie in the future."""

    def aim(deal: Deal, story: Story, by: Member) -> None:
        edit_deal(deal, by=by, changes={"target_on": latest(deal.org).on + timedelta(days=days)})

    return aim


def _part(fill: Part) -> Step:
    return lambda deal, story, by: fill(deal, story, by=by)


def _move(to_stage: str, note: str, *, reason: str = "") -> Step:
    """Bring the deal on, with whatever its gates still miss put down first."""

    def move(deal: Deal, story: Story, by: Member) -> None:
        playbook = load_playbook(deal.playbook)
        here, there = playbook.position(deal.stage), playbook.position(to_stage)
        if deal.stage == to_stage and there is None:
            return  # the decision itself ended it
        if here is not None and there is not None and here >= there:
            fill_gaps(deal, by=by, up_to=deal.stage)
            return
        if there is not None:
            fill_gaps(deal, by=by, up_to=to_stage)
        step = NextStepInput("Agree who does what until then", by.name, latest(deal.org).on + timedelta(days=5))
        move_deal(deal, by=by, to_stage=to_stage, note=note, reason=reason, next_step=step, via="cli")

    return move


DISCOVERY, PEOPLE, PLAN = _part(fill_discovery), _part(fill_people), _part(fill_plan)
QUALIFICATION, TRIALS, DECISION, CLOSE = (
    _part(fill) for fill in (fill_qualification, fill_trials, fill_decision, fill_close)
)

PLOTS = (
    Plot(
        "yes",
        ("commercial", "commitment", "solution"),
        (
            Chapter(40, (_aim(54), DISCOVERY)),
            Chapter(33, (PEOPLE,)),
            Chapter(26, (QUALIFICATION,)),
            Chapter(14, (TRIALS,)),
            Chapter(12, (PLAN,)),
            Chapter(9, (_move("commitment", "They approved it inside; the decision meeting is next"),)),
            Chapter(5, (DECISION,)),
            Chapter(2, (CLOSE,)),
            Chapter(0, (_move("won", "Signed by both sides", reason="business_case"),)),
        ),
    ),
    Plot(
        "yes_but",
        ("commercial", "solution", "discovery"),
        (
            Chapter(30, (_aim(75), DISCOVERY)),
            Chapter(24, (PEOPLE,)),
            Chapter(18, (QUALIFICATION,)),
            Chapter(10, (TRIALS,)),
            Chapter(8, (PLAN,)),
            Chapter(6, (_move("commercial", "Scope and price are being settled"),)),
            Chapter(1, (DECISION,)),
            Chapter(0, (CLOSE,)),
        ),
    ),
    Plot(
        "no",
        ("commercial", "solution", "discovery"),
        (
            Chapter(35, (_aim(65), DISCOVERY)),
            Chapter(28, (PEOPLE,)),
            Chapter(20, (QUALIFICATION,)),
            Chapter(12, (TRIALS,)),
            Chapter(10, (PLAN,)),
            Chapter(8, (_move("commercial", "The proposal is with them"),)),
            Chapter(3, (DECISION, _move("lost", "They stay with their present supplier", reason="rival"))),
            Chapter(3, (_part(watch_sample),)),
        ),
    ),
)
