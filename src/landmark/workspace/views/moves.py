"""Moving a deal: the form, its door, the refusal that says what is missing.

Answers: GET shows the form with what the door asks; POST moves or shows what is missing on the same page.
Does not answer: whether a gate is met (``engines.gates``).
"""

from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from landmark.deals.actions.moves import move_deal
from landmark.deals.inputs import NextStepInput, OverrideInput, PromiseInput
from landmark.deals.policies import MoveRefused, Refused
from landmark.engines.gates import find_direction
from landmark.ui import days
from landmark.workspace.forms import Choices, MoveForm
from landmark.workspace.presenters.deal import DealPage
from landmark.workspace.presenters.path import Door


def list_targets(page: DealPage) -> Choices:
    """Where the deal can go: forward first, then the endings, then back."""
    groups: dict[str, list[tuple[str, str]]] = {"forward": [], "end": [], "back": []}
    for stage in page.playbook.stages:
        direction = find_direction(page.facts, page.playbook, stage.key)
        if direction == "stay":
            continue
        group = "end" if direction in ("win", "lose", "pause") else "back" if direction == "back" else "forward"
        groups[group].append((stage.key, page.playbook.label("stage", stage.key, page.lang)))
    names = (("forward", _("Forward")), ("end", _("Close or pause")), ("back", _("Back")))
    return [(name, groups[key]) for key, name in names if groups[key]]


def make_move_form(page: DealPage, data: QueryDict | None = None, to: str = "") -> MoveForm:
    step = page.step
    initial: dict[str, Any] = {
        "to": to or (page.door.to if page.door else ""),
        "version": page.deal.version,
        "step_owner": page.request.member.name,
    }
    if step and not page.is_step_late:
        initial |= {
            "step_text": step.text,
            "step_owner": step.owner or page.request.member.name,
            "step_due_on": step.due_on,
        }
    return MoveForm(data, playbook=page.playbook, lang=page.lang, targets=list_targets(page), initial=initial)


def read_door(page: DealPage, form: MoveForm) -> Door | None:
    """What the chosen stage asks; None when the choice is not one."""
    to = form["to"].value()
    if to not in {stage.key for stage in page.playbook.stages} or to == page.facts.stage:
        return None
    return page.reader.door_to(to, form.data if form.is_bound else None)


def try_move(page: DealPage, form: MoveForm) -> bool:
    """Do what a valid form asks. False: the form now says what stands in the way."""
    to = form.cleaned_data["to"]
    data = form.data
    try:
        promises, overrides = read_promises(page, data, to), read_overrides(page, data, to)
        move_deal(
            page.deal, by=page.request.member, to_stage=to, note=form.cleaned_data["note"], reason=form.reason,
            next_step=_next_step(form), promises=promises, overrides=overrides,
            reopen_on=form.cleaned_data["reopen_on"], reopen_when=form.cleaned_data["reopen_when"],
            if_version=form.cleaned_data["version"],
        )  # fmt: skip
    except MoveRefused as refused:
        missing = sum(len(gate.missing) for gate in refused.result.gates if not gate.opens)
        form.add_error(None, _("Not yet: %(count)d still missing.") % {"count": missing})
        ways = _("Supply the evidence, take a dated promise, or open the gate with a reason.")
        form.add_error(None, ways)
    except Refused as refused:
        form.add_error(None, str(refused))
    else:
        return True
    return False


def _next_step(form: MoveForm) -> NextStepInput | None:
    text = form.cleaned_data["step_text"]
    if not text:
        return None
    return NextStepInput(text, form.cleaned_data["step_owner"], form.cleaned_data["step_due_on"])


def read_promises(page: DealPage, data: Any, to: str) -> list[PromiseInput]:
    """Promises typed beside missing checks of the door."""
    promises = []
    for gate in page.reader.door_to(to).gates:
        for check in gate.missing:
            text = data.get(f"promise-{gate.key}-{check.key}-text", "").strip()
            if text and check.is_promisable:
                due = _read_day(data.get(f"promise-{gate.key}-{check.key}-due", ""))
                promises.append(PromiseInput(gate.key, check.key, text[:300], due))
    return promises


def read_overrides(page: DealPage, data: Any, to: str) -> list[OverrideInput]:
    """Gates a person opens by hand, each with its reason and last day."""
    overrides = []
    for gate in page.reader.door_to(to).gates:
        reason = data.get(f"override-{gate.key}-reason", "").strip()
        if reason and gate.is_overridable and not gate.is_open:
            overrides.append(
                OverrideInput(gate.key, reason[:500], _read_day(data.get(f"override-{gate.key}-until", "")))
            )
    return overrides


def _read_day(text: str) -> date:
    try:
        return days.read_day(text)
    except ValueError as error:
        raise Refused(_("Give each promise and each gate opened by hand its last day.")) from error
