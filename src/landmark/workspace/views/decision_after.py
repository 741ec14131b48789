"""What the forms of the tab Decision do after the outcome: the road map, the signature, minutes and debrief.

Answers and does not answer: as ``decision_prepare`` does.
"""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from landmark.closing import decision_actions as decisions
from landmark.closing import minutes_actions
from landmark.closing import road_map_actions as road_map
from landmark.closing.models import RoadMapStep
from landmark.deals.policies import Refused
from landmark.workspace.presenters.decision import DecisionPage
from landmark.workspace.typed import find_named, read_day, read_ids, read_text
from landmark.workspace.views.decision_typed import Acts, read_file, read_person, read_step, read_version, tell_letter

# The road map and the signature


def _find_step(page: DecisionPage, data: QueryDict) -> RoadMapStep:
    row = find_named(RoadMapStep.objects.filter(deal=page.deal), data.get("id", ""))
    if row is None:
        raise Refused(_("This step is no longer on the road map."))
    return row


def _step_add(page: DecisionPage, data: QueryDict) -> str:
    step = read_step(page, data, "", is_condition=True)
    if step is None:
        raise Refused(_("Say what has to happen, in up to 300 letters."))
    road_map.add_condition(page.deal, step, by=page.request.member)
    return _("Added to the road map.")


def _step_done(page: DecisionPage, data: QueryDict) -> str:
    road_map.complete_step(page.deal, _find_step(page, data), by=page.request.member)
    return _("Done.")


def _step_undo(page: DecisionPage, data: QueryDict) -> str:
    road_map.reopen_step(page.deal, _find_step(page, data), by=page.request.member)
    return _("Open again.")


def _step_change(page: DecisionPage, data: QueryDict) -> str:
    drop = data.get("do") == "drop"
    day = None if drop else read_day(data, "due")
    road_map.change_step(page.deal, _find_step(page, data), by=page.request.member, due_on=day, drop=drop)
    return _("Dropped.") if drop else _("The day is changed.")


def _written(page: DecisionPage, data: QueryDict) -> str:
    decisions.record_written(
        page.deal, by=page.request.member, person=read_person(page, data), on=read_day(data, "on"),
        reason=data.get("reason", ""), words=read_text(data, "words", 1000), attachment=read_file(page),
    )  # fmt: skip
    return _("In writing. Now the signature.")


def _signed(page: DecisionPage, data: QueryDict) -> str:
    decisions.record_signed(
        page.deal, by=page.request.member, person=read_person(page, data), agreed=data.getlist("agreed"),
        on=read_day(data, "on"), attachment=read_file(page),
    )  # fmt: skip
    return _("Signed. Move the deal to won.")


def _win(page: DecisionPage, data: QueryDict) -> str:
    decisions.win(page.deal, by=page.request.member)
    return _("Won! Hold the debrief, then hand over.")


# After


def _minutes(page: DecisionPage, data: QueryDict) -> str:
    text, version, do = read_text(data, "text", 8000), read_version(data), data.get("do", "save")
    if do == "save":
        minutes_actions.save_minutes(page.deal, by=page.request.member, text=text, if_version=version)
        return _("Saved. They are not sent yet.")
    _row, letter = minutes_actions.send_minutes(
        page.deal, by=page.request.member, text=text, by_hand=do == "by_hand", if_version=version
    )
    return tell_letter(letter, _("The minutes are out.")) if letter else _("On record as sent by you.")


def _debrief(page: DecisionPage, data: QueryDict) -> str:
    answers: Mapping[str, Any] = {key: read_text(data, f"answer-{key}", 1000) for key in page.part.debrief}
    minutes_actions.hold_debrief(page.deal, by=page.request.member, members=read_ids(data, "members"), answers=answers)
    return _("The debrief is on record.")


ACTS: Acts = {
    "step_add": (_step_add, "sign"), "step_done": (_step_done, "sign"), "step_undo": (_step_undo, "sign"),
    "step_change": (_step_change, "sign"), "written": (_written, "sign"), "signed": (_signed, "sign"),
    "win": (_win, "after"), "minutes": (_minutes, "after"), "debrief": (_debrief, "after"),
}  # fmt: skip
