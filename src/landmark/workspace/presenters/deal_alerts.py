"""Alerts on a deal's own page: what stands, with figures, and what to do about it where the reader is.

Answers: the sentence of each alert and the press that takes care of it, as far as the reader may. Does not answer:
which alerts stand (``engines.alerts``), how lists put them (``alerts``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from landmark.engines import alerts as rules
from landmark.engines.alerts import Alert
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_days
from landmark.workspace.presenters.path import Door
from landmark.workspace.presenters.record import PersonLine

MOST_ACTS = 3


@dataclass(frozen=True, slots=True)
class AlertAct:
    """One press. ``opens_sheet``: the address is a form of this page; without it a place on the page."""

    label: str
    url: str
    opens_sheet: bool = True


@dataclass(frozen=True, slots=True)
class AlertView:
    """``takes_date``: the suggested date can be taken here with one press."""

    kind: str
    title: str
    words: str
    acts: tuple[AlertAct, ...] = ()
    takes_date: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """What the reader finds and may do on the page. ``link``: the page with a form open, by the form's query."""

    link: Callable[..., str]
    door: Door | None
    people: Sequence[PersonLine]
    can_edit: bool
    can_add_evidence: bool
    can_take_date: bool


def tell_alerts(found: Sequence[Alert], playbook: Playbook, lang: str, reach: Reach) -> tuple[AlertView, ...]:
    return tuple(
        AlertView(
            kind=one.kind,
            title=name_alert(one.kind),
            words=_say(one, playbook, lang),
            acts=tuple(_ACTS[one.kind](one, playbook, lang, reach)),
            takes_date=one.kind == rules.TARGET and reach.can_take_date,
        )
        for one in found
    )


def name_alert(kind: str) -> str:
    return {
        rules.PROGRESS: _("No progress"),
        rules.MOMENTUM: _("Pace has fallen"),
        rules.IDLE: _("Quiet"),
        rules.TARGET: _("Target date"),
        rules.ADVERSARY: _("Adversary without a plan"),
        rules.EXPIRY: _("Evidence runs out"),
    }[kind]


# In words


def _say(one: Alert, playbook: Playbook, lang: str) -> str:
    if one.kind == rules.TARGET:
        return _say_target(one)
    names = ", ".join(one.names)
    if one.kind == rules.EXPIRY:
        names = ", ".join(playbook.label("milestone", key, lang) for key in one.names)
    words = {
        rules.PROGRESS: _(
            "Nothing new reached for %(days)s; three deals in four leave this stage within %(limit)s. Look at what the "
            "next stage asks for, and agree who brings it."
        ),
        rules.MOMENTUM: _(
            "%(count)d on record in the last two weeks; its own past makes about %(usual)d usual. Agree a next step "
            "with a date."
        ),
        rules.IDLE: _(
            "Nothing on record for %(days)s. A short message to your contact shows whether it still lives; put the "
            "answer on record."
        ),
        rules.ADVERSARY: _(
            "%(names)s stands against it and no plan says how to handle that. Write down who talks to them, and about "
            "what."
        ),
        rules.EXPIRY: _("%(names)s: ask again and put the answer on record within %(days)s.")
        if one.days > 0
        else _("%(names)s: ask again today and put the answer on record."),
    }
    values = {"days": format_days(one.days), "limit": format_days(one.limit), "count": one.days, "usual": one.limit}
    return words[one.kind] % {**values, "names": names}


def _say_target(one: Alert) -> str:
    days = format_days(one.days)
    if one.is_past:
        return _("It went by %(days)s ago. Agree a new one with the buyer.") % {"days": days}
    if one.is_early:
        return _(
            "Its own curve puts nine wins in ten after it; %(days)s later would be in reach. Agree a later one with "
            "the buyer, or bring what would speed it up."
        ) % {"days": days}
    return _(
        "Its own curve puts nine wins in ten at least %(days)s before it. Ask the buyer whether an earlier one holds."
    ) % {"days": days}


# With a press

Acts = Sequence[AlertAct]


def _no_progress(_one: Alert, _playbook: Playbook, _lang: str, reach: Reach) -> Acts:
    door = reach.door
    if door is None:
        return _next_step(_one, _playbook, _lang, reach)
    if not door.is_allowed:
        return [AlertAct(_("See what %(stage)s asks for") % {"stage": door.to_label}, "#path-title", opens_sheet=False)]
    label = _("Move to %(stage)s") % {"stage": door.to_label}
    return [AlertAct(label, reach.link(do="move", to=door.to))] if reach.can_edit else []


def _next_step(_one: Alert, _playbook: Playbook, _lang: str, reach: Reach) -> Acts:
    return [AlertAct(_("Agree the next step"), reach.link(do="step"))] if reach.can_edit else []


def _record(_one: Alert, _playbook: Playbook, _lang: str, reach: Reach) -> Acts:
    return [AlertAct(_("Put it on record"), reach.link(do="evidence"))] if reach.can_add_evidence else []


def _move_date(_one: Alert, _playbook: Playbook, _lang: str, reach: Reach) -> Acts:
    """Where no date can be suggested, or it is the agreed one already, the field of the date itself."""
    if reach.can_edit and not reach.can_take_date:
        return [AlertAct(_("Change the target date"), f"{reach.link(edit='target')}#edit-target", opens_sheet=False)]
    return []


def _plan_adversary(one: Alert, _playbook: Playbook, _lang: str, reach: Reach) -> Acts:
    if not reach.can_edit:
        return []
    against = [person for person in reach.people if person.is_red_flag and not person.plan.strip()]
    label = _("Write the plan") if len(against) == 1 else _("Write the plan for %(name)s")
    return [
        AlertAct(label % {"name": person.name}, reach.link(do="person", person=str(person.id)))
        for person in against[:MOST_ACTS]
        if person.name in one.names
    ]


def _refresh(one: Alert, playbook: Playbook, lang: str, reach: Reach) -> Acts:
    if not reach.can_add_evidence:
        return []
    label = _("Refresh") if len(one.names) == 1 else _("Refresh %(name)s")
    return [
        AlertAct(label % {"name": playbook.label("milestone", key, lang)}, reach.link(do="evidence", key=key))
        for key in one.names[:MOST_ACTS]
    ]


_ACTS: dict[str, Callable[[Alert, Playbook, str, Reach], Acts]] = {
    rules.PROGRESS: _no_progress,
    rules.MOMENTUM: _next_step,
    rules.IDLE: _record,
    rules.TARGET: _move_date,
    rules.ADVERSARY: _plan_adversary,
    rules.EXPIRY: _refresh,
}
