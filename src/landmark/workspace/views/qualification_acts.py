"""What the forms of the qualification page lead to.

Answers: which action each sent form asks for, and what is said afterwards. Does not answer: what a form starts with
(``views.qualification``), what an action may change (it decides and says why not).

Refused is 422, somebody else was faster is 409; either way everything typed is still there.
"""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from landmark.buying import competition_actions as rivals
from landmark.buying import qualification_actions as judging
from landmark.buying import returns
from landmark.buying.keeping import drop, undo
from landmark.buying.models import Alternative, Grade, ProcurementItem, ReturnWatch, SwitchingBarrier
from landmark.buying.models.kept import Kept
from landmark.buying.proposal_actions import confirm_proposals
from landmark.closing.models.trials import TrialClose
from landmark.closing.trial_actions import fix_gap, record_trial
from landmark.deals.policies import Refused, StaleVersion
from landmark.ledger.inputs import LedgerError
from landmark.workspace import qualification_forms as forms
from landmark.workspace.access import MemberRequest, MemberView, member_view
from landmark.workspace.presenters.qualification import QualificationPage
from landmark.workspace.presenters.rivals import GRADES
from landmark.workspace.templatetags.workspace import link_to
from landmark.workspace.typed import read_text
from landmark.workspace.views.deals import find_deal
from landmark.workspace.views.qualification import PAGE, SHEET, SHEETS, UNDOABLE
from landmark.workspace.views.sheets import check_may_change, go_on, show_page

Act = Callable[[QualificationPage], tuple[str, Kept | None]]


def _posting(do: str, act: Act) -> MemberView:
    """A view that does the act, or shows the sheet again with what stands in the way and all that was typed."""

    @require_POST
    @member_view()
    def post(request: MemberRequest, pk: UUID) -> HttpResponse:
        page = QualificationPage(request, find_deal(request, pk))
        check_may_change(page)
        try:
            sentence, row = act(page)
        except (Refused, LedgerError) as refused:
            return _refuse(page, do, refused)
        messages.success(request, sentence)
        return _go_back(page, row)

    return post


def _refuse(page: QualificationPage, do: str, refused: Exception) -> HttpResponse:
    status = 409 if isinstance(refused, StaleVersion) else 422
    sheet = {"sheet": do, **SHEETS[do](page)} if do in SHEETS else {}
    context = {"error": str(refused), "typed": page.request.POST, "is_stale": status == 409, **sheet}
    return show_page(page, context, whole=PAGE, sheet=SHEET, status=status)


def _go_back(page: QualificationPage, row: Kept | None) -> HttpResponse:
    query = {"made": f"{type(row).__name__.lower()}:{row.entry}"} if row else {}
    return go_on(page.request, link_to(page.request, "workspace:qualification", pk=page.deal.id, query=query))


def _do_proposals(page: QualificationPage) -> tuple[str, Kept | None]:
    """Points as the record proposes them, those of one rubric or all."""
    seen = forms.read_proposals(page.request.POST)
    rows = confirm_proposals(page.deal, by=page.request.member, seen=seen)
    sentence = ngettext("%(n)d proposal is confirmed.", "%(n)d proposals are confirmed.", len(rows))
    return sentence % {"n": len(rows)}, rows[0]


def _do_points(page: QualificationPage) -> tuple[str, Kept | None]:
    data = page.request.POST
    try:
        rubric = page.part.rubric(data.get("rubric", ""))
    except KeyError:
        raise Http404 from None
    given = forms.read_points(data, rubric)
    if not given:
        raise Refused(_("Choose a sentence for at least one line."))
    rows = judging.confirm_points(page.deal, by=page.request.member, rubric=rubric.key, points=given)
    label = page.text(f"rubric.{rubric.key}.label")
    return _("“%(what)s” is confirmed.") % {"what": label}, rows[0]


def _do_decide(page: QualificationPage) -> tuple[str, Kept | None]:
    decision = forms.read_decision(page.request.POST)
    row = judging.decide_at_gate(page.deal, by=page.request.member, decision=decision)
    if decision.way == judging.PAUSE:
        return _("The deal is paused and comes back by itself."), None
    return _("Decided. The next step is set: %(step)s") % {"step": row.sentence}, row


def _do_buying(page: QualificationPage) -> tuple[str, Kept | None]:
    data = page.request.POST
    items = forms.read_items(data, [item.key for item in page.part.procurement])
    kind = read_text(data, "purchase_type")
    judging.save_buying(page.deal, by=page.request.member, purchase_type=kind, items=items)
    row = ProcurementItem.objects.current().filter(deal=page.deal).last() if items else None
    return _("How they buy is noted."), row


def _do_confirm_buying(page: QualificationPage) -> tuple[str, Kept | None]:
    judging.confirm_buying(page.deal, by=page.request.member, said_by=read_text(page.request.POST, "said_by"))
    return _("The purchasing steps are on record as evidence."), None


def _do_criteria(page: QualificationPage) -> tuple[str, Kept | None]:
    data = page.request.POST
    row = rivals.save_criteria(
        page.deal, by=page.request.member, texts=read_text(data, "texts").splitlines(),
        said_by=read_text(data, "said_by"), was=forms.read_id(data, "was"),
    )  # fmt: skip
    return _("Their criteria are noted, in their order."), row


def _do_alternative(page: QualificationPage) -> tuple[str, Kept | None]:
    data = page.request.POST
    row = rivals.save_alternative(
        page.deal, by=page.request.member, name=read_text(data, "name"), kind=read_text(data, "kind"),
        note=read_text(data, "note"), line=forms.read_id(data, "line"), was=forms.read_id(data, "was"),
    )  # fmt: skip
    return _("“%(name)s” is on the list.") % {"name": row.name}, row


def _do_remove(page: QualificationPage) -> tuple[str, Kept | None]:
    """Take an alternative or a barrier off the list."""
    data = page.request.POST
    model = {"alternative": Alternative, "switchingbarrier": SwitchingBarrier}.get(data.get("model", ""))
    wanted = forms.read_id(data, "id")
    row = model.objects.current().filter(deal=page.deal, id=wanted).first() if model and wanted else None
    if row is None:
        raise Refused(_("This is not on the list any more."))
    drop(row, by=page.request.member, verb=f"{data['model']}.removed")
    return _("“%(name)s” is off the list.") % {"name": row}, None


def _do_grades(page: QualificationPage) -> tuple[str, Kept | None]:
    """Cells whose grade differs from the one the person saw."""
    data = page.request.POST
    grades: dict[tuple[str, str], int] = {}
    was: dict[tuple[str, str], UUID | None] = {}
    for way in page.competition.ways:
        for cell, criterion in zip(way.cells, page.competition.criteria, strict=True):
            points = forms.read_number(data, cell.name, GRADES[-1])
            if points is not None and points != cell.points:
                grades[way.line, criterion] = points
                was[way.line, criterion] = forms.read_id(data, f"{cell.name}-was")
    if not grades:
        return _("Nothing was changed."), None
    count = rivals.save_grades(page.deal, by=page.request.member, grades=grades, was=was)
    row = Grade.objects.current().filter(deal=page.deal).last()
    return ngettext("%(n)d grade is noted.", "%(n)d grades are noted.", count) % {"n": count}, row


def _do_barrier(page: QualificationPage) -> tuple[str, Kept | None]:
    row = rivals.save_barrier(page.deal, by=page.request.member, barrier=forms.read_barrier(page.request.POST))
    return _("The barrier is noted."), row


def _do_answer(page: QualificationPage) -> tuple[str, Kept | None]:
    data = page.request.POST
    row = rivals.save_answer(
        page.deal, by=page.request.member, key=read_text(data, "key"), text=read_text(data, "text"),
        was=forms.read_id(data, "was"),
    )  # fmt: skip
    return _("The answer is noted."), row


def _do_out(page: QualificationPage) -> tuple[str, Kept | None]:
    data = page.request.POST
    returns.qualify_out(
        page.deal, by=page.request.member, to_stage=read_text(data, "to"), reason=read_text(data, "reason"),
        note=read_text(data, "note"), trigger=forms.read_trigger(data),
    )  # fmt: skip
    return _("You stopped for now; the deal comes back by itself."), None


def _do_watch(page: QualificationPage) -> tuple[str, Kept | None]:
    data = page.request.POST
    returns.watch_for_return(
        page.deal, by=page.request.member, reason=read_text(data, "note"), trigger=forms.read_trigger(data)
    )
    return _("The deal is watched and comes back by itself."), None


def _do_happened(page: QualificationPage) -> tuple[str, Kept | None]:
    watch = ReturnWatch.objects.current().filter(deal=page.deal).last()
    if watch is None:
        raise Refused(_("Nothing is watched for on this deal."))
    returns.say_it_happened(watch, by=page.request.member)
    return _("The deal is back. Resume it, or watch for something else."), None


def _do_trial(page: QualificationPage) -> tuple[str, Kept | None]:
    data = page.request.POST
    trial = forms.read_trial(data, page.as_of.on)
    row = record_trial(
        page.deal, by=page.request.member, trial=trial, line=forms.read_id(data, "line"),
        was=forms.read_id(data, "was"),
    )  # fmt: skip
    return _("Confirmed, and on record.") if row.is_confirmed else _("The gap is noted."), row


def _do_fix(page: QualificationPage) -> tuple[str, Kept | None]:
    wanted = forms.read_id(page.request.POST, "id")
    rows = TrialClose.objects.current().filter(deal=page.deal).select_related("deal", "deal__org")
    row = rows.filter(id=wanted).first() if wanted else None
    if row is None:
        raise Refused(_("This gap was changed meanwhile. Look at it again."))
    return _("Fixed. Ask the same question again; only a yes confirms it."), fix_gap(row, by=page.request.member)


def _do_undo(page: QualificationPage) -> tuple[str, Kept | None]:
    model = UNDOABLE.get(page.request.POST.get("model", ""))
    entry = forms.read_id(page.request.POST, "entry")
    if model is None or entry is None:
        raise Refused(_("There is nothing to undo."))
    undo(page.deal, by=page.request.member, model=model, entry=entry)
    return _("Undone."), None


save_proposals = _posting("", _do_proposals)
save_points = _posting("points", _do_points)
save_decision = _posting("decide", _do_decide)
save_buying = _posting("buying", _do_buying)
confirm_buying = _posting("confirm_buying", _do_confirm_buying)
save_criteria = _posting("criteria", _do_criteria)
save_alternative = _posting("alternative", _do_alternative)
remove = _posting("", _do_remove)
save_grades = _posting("grades", _do_grades)
save_barrier = _posting("barrier", _do_barrier)
save_answer = _posting("answer", _do_answer)
leave = _posting("out", _do_out)
watch = _posting("watch", _do_watch)
say_happened = _posting("", _do_happened)
save_trial = _posting("trial", _do_trial)
save_fix = _posting("", _do_fix)
take_back = _posting("", _do_undo)
