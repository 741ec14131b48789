"""A deal with a marker in every internal word, and every word of it that a buyer may read.

Answers: what a test of the two audiences looks at. No list of fields: a new internal field is marked by itself, a new
document is read by itself.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import CharField, Field, JSONField, Model, TextField

from landmark.closing.decisions import read_room
from landmark.closing.held import draft_brief
from landmark.closing.invitations import build_file, make_invitation
from landmark.closing.minutes_actions import draft_minutes
from landmark.closing.models import DecisionMeeting, Invitee
from landmark.closing.paper_letters import list_recipients, propose
from landmark.closing.papers.asked import Asked
from landmark.closing.papers.kinds import KINDS, Made, make_paper
from landmark.closing.person_data import ROOM, deal_path
from landmark.closing.recap import read_recap_facts
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.models import Deal, StageMove
from landmark.documents.invitation import describe
from landmark.documents.paper import read_text
from landmark.documents.plan_calendar import build_plan_calendar
from landmark.documents.writing import LANGUAGES
from landmark.engines.audience import SHARED, is_shareable
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.plans.calendars import make_calendar
from landmark.plans.reading import list_plans, read_plan
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength

MARK = "zq-ours"
SHORTEST_WORDS = 120  # shorter fields hold keys, which say how a row is read
LISTS_OF_WORDS = {"answers", "texts", "tactics", "sections"}
SHARED_KINDS = {key for key, kind in KINDS.items() if kind.audience is SHARED}


def stuff(deal: Deal, *, by: Member) -> int:
    """Put the marker into every internal word on record of this deal; how many words got one."""
    _add_meeting_ahead(deal, by)
    count = 0
    for model in _models():
        names = [field.name for field in model._meta.concrete_fields if _is_ours(model, field)]
        rows = model._default_manager.filter(**{deal_path(model): deal.pk}) if names and deal_path(model) else ()
        count += sum(_mark(row, name) for row in rows for name in names)
    deal.refresh_from_db()
    for key in ("impact_confirmed", "urgency_driver", "success_measure"):
        add_evidence(
            deal, by=by, key=key, strength=Strength.CLAIMED, occurred_on=latest(deal.org).on, title=MARK, author=MARK
        )
    return count


def _models() -> list[type[Model]]:
    """All of the deal room but moves between stages, whose rows never change."""
    return [model for app in ROOM for model in apps.get_app_config(app).get_models() if model is not StageMove]


def _is_ours(model: type[Model], field: Field[object, object]) -> bool:
    if field.primary_key or field.choices or is_shareable(model._meta.label, field.name):
        return False
    if isinstance(field, JSONField):
        return field.name in LISTS_OF_WORDS
    return isinstance(field, TextField) or (isinstance(field, CharField) and (field.max_length or 0) >= SHORTEST_WORDS)


def _mark(row: Model, name: str) -> bool:
    """False where the database allows no words in this field of this row (a reason for what did not happen)."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    try:
        with transaction.atomic():
            return rows.update(**{name: _marked(getattr(row, name), row)}) == 1
    except IntegrityError:
        return False


def _marked(value: object, row: Model) -> object:
    if isinstance(value, dict):
        return {key: _marked(held, row) for key, held in value.items()}
    return [MARK] if isinstance(value, list) else f"{MARK} {row.pk}"


def _add_meeting_ahead(deal: Deal, by: Member) -> None:
    """The told meetings were held; an agenda and an invitation are of one to come."""
    held = DecisionMeeting.objects.filter(deal=deal).latest("number")
    guests = list(Invitee.objects.filter(meeting=held))
    held.pk, held.number, held.uid, held.state, held.held_on = None, held.number + 1, f"{deal.pk}@next", "planned", None
    held._state.adding = True
    held.changed_by = by
    held.save()
    for guest in guests:
        Invitee.objects.create(meeting=held, person=guest.person, member=guest.member)


def read_all(deal: Deal, *, by: Member) -> Iterator[tuple[str, str]]:
    """Each text that may reach the buyer, with its name: documents, letters, calendar files, drafts of any of them."""
    for lang in LANGUAGES:
        for made in _papers(deal, lang, by):
            yield f"{made.kind.key} in {lang}", read_text(made.paper)
            yield f"letter with {made.kind.key} in {lang}", "\n".join(propose(made, list_recipients(deal), by))
        for plan in list_plans(deal, latest(deal.org)):
            calendar = make_calendar(read_plan(plan, latest(deal.org)), lang)
            yield f"calendar of {plan.template} in {lang}", build_plan_calendar(calendar).decode()
        for meeting in DecisionMeeting.objects.filter(deal=deal):
            meeting.language = lang
            yield f"invitation {meeting.number} in {lang}", build_file(meeting)[1].decode()
            yield f"invitation {meeting.number} by mail in {lang}", describe(make_invitation(meeting))
    as_of = latest(deal.org)
    yield "draft of the minutes", draft_minutes(read_room(deal, as_of))
    yield "draft of the executive summary", repr(draft_brief(deal, as_of))
    facts = read_recap_facts(deal, "", as_of)
    yield "draft of the recap", repr((facts.plan, facts.commitments, facts.risks))


def _papers(deal: Deal, lang: str, by: Member) -> Iterator[Made]:
    readers = ["", *(audience.key for audience in load_playbook(deal.playbook).last_mile.audiences)]
    for key in sorted(SHARED_KINDS):
        for reader in readers if key == "executive_summary" else [""]:
            made = make_paper(key, Asked(deal, latest(deal.org), lang, by=by.name, chance="88 %", reader=reader))
            if made is not None:
                yield made
