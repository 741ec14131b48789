"""The hand-over as delivery gets it: for the team alone."""

from datetime import date

from django.utils.translation import override

from landmark.closing.models import HandOver, OnboardingStep, Risk, SignatureFrame
from landmark.closing.papers.asked import Asked, split_lines
from landmark.deals.models import Stakeholder
from landmark.documents.hand_over import Contact, write_hand_over
from landmark.documents.hand_over import HandOver as HandOverPaper
from landmark.documents.paper import Paper
from landmark.documents.steps import Step
from landmark.documents.summaries import Risk as RiskLine
from landmark.documents.writing import Writer


def read_hand_over_paper(it: Asked) -> Paper | None:
    """The newest version; None while there is none. What somebody wrote stands for what is on record."""
    rows = HandOver.objects.filter(deal=it.deal, made_at__lte=it.as_of.known_by).select_related("receiver")
    row = rows.order_by("number").last()
    if row is None:
        return None
    keys = [item.key for item in it.playbook.last_mile.hand_over]
    written = {key: split_lines(row.sections.get(key, "")) for key in keys}
    sections = [(it.playbook.label("last_mile.hand_over", key, it.lang), written[key]) for key in keys]
    return write_hand_over(
        HandOverPaper(
            frame=it.frame,
            state=_state(it, row),
            facts=_facts(it),
            sections=sections,
            people=_people(it) if not written.get("people") else (),
            risks=_risks(it) if not written.get("risks") else (),
            steps=_steps(it),
        )
    )


def _state(it: Asked, row: HandOver) -> str:
    """Which hand-over it is, where it stands, and who has it."""
    with override(it.lang):
        state = str(row.get_state_display())
    parts = [Writer(it.lang)("hand_over_number", number=row.number), state, row.receiver.name if row.receiver else ""]
    return " · ".join(part for part in parts if part)


def _facts(it: Asked) -> list[tuple[str, str]]:
    frame, write = SignatureFrame.objects.filter(deal=it.deal).first(), Writer(it.lang)
    days: list[tuple[str, date | None]] = []
    if frame is not None:
        days = [("kick_off", frame.kickoff_on), ("starts", frame.service_on), ("billing", frame.billing_starts_on)]
    return [(write(name), write.day(day)) for name, day in days if day]


def _people(it: Asked) -> list[Contact]:
    rows = Stakeholder.objects.filter(deal=it.deal).select_related("person").order_by("person__name")
    return [
        Contact(r.person.name, r.person.title, ", ".join(it.label("role", key) for key in r.roles), r.person.email)
        for r in rows
    ]


def _risks(it: Asked) -> list[RiskLine]:
    rows = Risk.objects.filter(deal=it.deal, made_at__lte=it.as_of.known_by, closed_on__isnull=True)
    return [RiskLine(row.text, row.mitigation) for row in rows]


def _steps(it: Asked) -> list[Step]:
    rows = OnboardingStep.objects.filter(deal=it.deal, made_at__lte=it.as_of.known_by)
    return [Step(row.text, row.owner, row.due_on) for row in rows]
