"""The qualification page of a deal and its forms.

Answers: one address for the page, its forms by ``?do=``, what each starts with. Does not answer: what a sent form leads
to (``views.qualification_acts``).

A form opens in the sheet beside the page; without scripts it stands in the page.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from landmark.buying import qualification_actions as judging
from landmark.buying.models import (
    Alternative,
    BuyerCriteria,
    CompetitionAnswer,
    Criterion,
    GateDecision,
    Grade,
    ProcurementItem,
    ReturnKind,
    Score,
    SwitchingBarrier,
)
from landmark.buying.models.kept import Kept
from landmark.closing.models.trials import TrialClose
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.qualification import QualificationPage
from landmark.workspace.presenters.rivals import GRADES
from landmark.workspace.views.deals import find_deal
from landmark.workspace.views.sheets import open_sheet, show_page

PAGE, SHEET = "workspace/qualification/page.html", "workspace/qualification/sheet.html"
UNDOABLE: Mapping[str, type[Kept]] = {
    model.__name__.lower(): model
    for model in (
        Score, ProcurementItem, GateDecision, BuyerCriteria, Alternative, Grade, SwitchingBarrier, CompetitionAnswer,
        TrialClose,
    )
}  # fmt: skip
Context = dict[str, Any]
View = TypeVar("View")


@require_safe
@member_view()
def show(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = QualificationPage(request, find_deal(request, pk))
    context = {"undo": _read_undo(request), **open_sheet(page, SHEETS)}
    return show_page(page, context, whole=PAGE, sheet=SHEET)


def _read_undo(request: MemberRequest) -> Context:
    """The entry just made, so that the page can offer to take it back."""
    name, _colon, entry = request.GET.get("made", "").partition(":")
    return {"model": name, "entry": entry} if name in UNDOABLE and entry else {}


# What each sheet starts with


def _asked(page: QualificationPage, name: str) -> str:
    """What the form is about: of the link that opens it, or sent along with it."""
    return page.request.GET.get(name, "") or page.request.POST.get(name, "")


def _find(views: Iterable[View], name: str, page: QualificationPage) -> View:
    """The one that is asked for by its ``name``; 404 for any other."""
    asked = _asked(page, name)
    found = next((one for one in views if getattr(one, name) == asked), None)
    if found is None:
        raise Http404
    return found


def _points(page: QualificationPage) -> Context:
    proofs = [line for line in page.proofs if line.expiry_state != "over"]
    view = page.rubrics.get(_asked(page, "rubric"))
    if view is None:
        raise Http404
    return {"rubric": view, "proofs": proofs}


def _decide(page: QualificationPage) -> Context:
    gate = page.deciding
    ways = []
    if gate is not None:
        left = [way for way in gate.ways if way not in (*judging.CLOSING_WAYS, judging.PAUSE)]
        ways = [(way, page.text(f"gate.{gate.gate}.route.{way}"), way == gate.route) for way in left]
    return {"gate": gate, "ways": ways, "kinds": _kinds(), "evidence": _evidence_choices(page)}


def _kinds() -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in ReturnKind.choices]


def _evidence_choices(page: QualificationPage) -> list[tuple[str, str]]:
    book = page.playbook
    return [(e.key, book.label("milestone", e.key, page.lang)) for e in (*book.milestones, *book.evidence)]


def _criteria(page: QualificationPage) -> Context:
    """Before the first list, what success means to them is offered: nothing is typed twice."""
    held = page.competition.criteria
    known = held or tuple(Criterion.objects.filter(deal=page.deal, ended_at=None).values_list("text", flat=True))
    return {"texts": "\n".join(known), "is_offered": bool(known) and not held}


def _alternative(page: QualificationPage) -> Context:
    line = _asked(page, "line")
    row = next((one for one in page.found_competition.alternatives if str(one.line) == line), None)
    return {"row": row}


def _barrier(page: QualificationPage) -> Context:
    return {"barrier": _find(page.competition.barriers, "kind", page)}


def _answer(page: QualificationPage) -> Context:
    return {"answer": _find(page.competition.answers, "key", page)}


def _trial(page: QualificationPage) -> Context:
    line = _asked(page, "line")
    row = next((one.row for one in page.found_trials.asked if str(one.row.line) == line), None)
    kind = row.kind if row else _asked(page, "kind") or page.found_trials.next_kind
    types = page.trials.types
    view = next((one for one in types if one.kind == kind), types[0] if types else None)
    if view is None:
        raise Http404
    return {"row": row, "kind": view}


def _out(page: QualificationPage) -> Context:
    reasons = [(r.key, page.playbook.label("loss_reason", r.key, page.lang)) for r in page.playbook.loss_reasons]
    return {"kinds": _kinds(), "evidence": _evidence_choices(page), "reasons": reasons}


SHEETS: Mapping[str, Callable[[QualificationPage], Context]] = {
    "points": _points,
    "decide": _decide,
    "buying": lambda page: {},
    "confirm_buying": lambda page: {},
    "criteria": _criteria,
    "alternative": _alternative,
    "grades": lambda page: {"grades": GRADES},
    "barrier": _barrier,
    "answer": _answer,
    "trial": _trial,
    "out": _out,
    "watch": _out,
}
