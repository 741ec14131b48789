"""Changing what is put in writing: commercial and executive summary, risks, undertakings, the recap and its answers.

Answers: what a change writes and when it is refused. Does not answer: how it looks (``documents``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from django.db.models import Max
from django.utils.translation import gettext as _

from landmark.closing.models import (
    CommercialSummary,
    ExecutiveSummary,
    Recap,
    RecapAnswer,
    Risk,
    SummaryLine,
    Undertaking,
)
from landmark.closing.models.packet import LineKind
from landmark.closing.models.record import Record
from landmark.closing.policies import check_can_deliver
from landmark.closing.recap import find_owners, read_recap, read_recap_facts, read_risks
from landmark.closing.working import check_day, fresh, next_number, save_changes, take, today
from landmark.deals.changing import Change, changing
from landmark.deals.models import Deal, Stakeholder
from landmark.deals.policies import Refused, check_can_follow_up, check_can_pursue
from landmark.deals.proofs import prove
from landmark.engines.brief import SECTIONS
from landmark.engines.last_mile import is_confirmation, judge_recap
from landmark.ledger.attachments import store_attachment
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength


@dataclass(frozen=True, slots=True)
class LineInput:
    kind: str
    label: str
    amount: Decimal


def _next_version(model: type[Record], deal: Deal, if_number: int | None) -> int:
    """The number of the version to write, unless somebody wrote one since."""
    number = next_number(model, deal)
    if if_number is not None and if_number != number - 1:
        raise Refused(
            _("A newer version, v%(number)s, was saved meanwhile. Yours is still below: compare, then save again.")
            % {"number": number - 1}
        )
    return number


# The one commercial summary


def save_summary(
    deal: Deal, *, by: Member, lines: Sequence[LineInput], if_number: int | None = None, via: str = "web", **values: Any
) -> CommercialSummary:
    """A new version of the commercial summary. Payments, when given, add up to the total to the cent."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        number = _next_version(CommercialSummary, change.deal, if_number)
        _check_lines(lines)
        currency = values.pop("currency", "") or change.deal.currency
        made = CommercialSummary.objects.create(
            deal=change.deal, number=number, currency=currency, **values, **fresh(by)
        )
        SummaryLine.objects.bulk_create(
            SummaryLine(deal=change.deal, summary=made, position=place, kind=line.kind, label=line.label,
                        amount=line.amount, **fresh(by))
            for place, line in enumerate(lines, 1)
        )  # fmt: skip
        change.record("commercial_summary.saved")
    return made


def _check_lines(lines: Sequence[LineInput]) -> None:
    priced = [line for line in lines if line.kind in (LineKind.PRICE, LineKind.ONE_TIME)]
    if not priced:
        raise Refused(_("Write at least one price with what it covers."))
    if any(line.kind not in LineKind.values or not line.label.strip() for line in lines):
        raise Refused(_("Each amount needs its kind and what it covers."))
    total = sum((line.amount for line in priced), Decimal(0))
    paid = [line.amount for line in lines if line.kind == LineKind.PAYMENT]
    if paid and sum(paid, Decimal(0)) != total:
        raise Refused(
            _("The payments add up to %(paid)s, the prices to %(total)s.") % {"paid": sum(paid), "total": total}
        )


# The executive summary, risks, undertakings


def save_brief(
    deal: Deal, *, by: Member, sections: Mapping[str, Sequence[str]], if_number: int | None = None, via: str = "web"
) -> ExecutiveSummary:
    """A new version; vague lines are flagged, not refused: a person decides."""
    kept = {key: [line.strip() for line in sections.get(key, ()) if line.strip()] for key in SECTIONS}
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        number = _next_version(ExecutiveSummary, change.deal, if_number)
        if not kept["decision"]:
            raise Refused(_("Begin with the decision: what exactly is to be approved?"))
        made = ExecutiveSummary.objects.create(deal=change.deal, number=number, sections=kept, **fresh(by))
        change.record("executive_summary.saved")
    return made


def save_risk(
    deal: Deal, *, by: Member, text: str, mitigation: str, owner: str = "", risk: Risk | None = None,
    if_version: int | None = None, via: str = "web",
) -> Risk:  # fmt: skip
    """A risk with what is done about it. One without a remedy is only a worry."""
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        if not text.strip() or not mitigation.strip():
            raise Refused(_("Write the risk and what is done about it."))
        values = {"text": text, "mitigation": mitigation, "owner": owner}
        if risk is None:
            top = Risk.objects.filter(deal=change.deal).aggregate(top=Max("position"))["top"] or 0
            row = Risk(deal=change.deal, position=top + 1, version=0, **fresh(by))
        else:
            row = take(change.deal, risk, if_version)
        save_changes(row, values)
        change.record("risk.saved", note=text)
    return row


def close_risk(deal: Deal, *, by: Member, risk: Risk, via: str = "web") -> None:
    with changing(deal, by=by, via=via, check=check_can_deliver) as change:
        save_changes(take(change.deal, risk), {"closed_on": today(change.deal)})
        change.record("risk.closed", note=risk.text)


def add_undertaking(
    deal: Deal, *, by: Member, stakeholder: Stakeholder, text: str, due_on: date, via: str = "web"
) -> Undertaking:
    """What a named person of the buyer's side said they will do."""
    with changing(deal, by=by, via=via, check=check_can_follow_up) as change:
        if stakeholder.deal_id != change.deal.id or not text.strip():
            raise Refused(_("Say who of their side does what, and by when."))
        made = Undertaking.objects.create(
            deal=change.deal, stakeholder=stakeholder, text=text.strip(), due_on=due_on, **fresh(by)
        )
        change.record("undertaking.added", note=text)
    return made


def finish_undertaking(
    deal: Deal, *, by: Member, undertaking: Undertaking, if_version: int | None = None, via: str = "web"
) -> None:
    """Done, or, when it was marked by mistake, open again."""
    with changing(deal, by=by, via=via, check=check_can_follow_up) as change:
        row = take(change.deal, undertaking, if_version)
        save_changes(row, {"done_on": None if row.done_on else today(change.deal)})
        change.record("undertaking.done", note=undertaking.text)


# The recap


def write_recap(deal: Deal, *, by: Member, decision: str, via: str = "web") -> Recap:
    """The recap as it will go out. Refused while one of its parts is missing; one not sent yet is written anew."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        made = _write(change, decision)
        change.record("recap.written", note=decision)
    return made


def _write(change: Change, decision: str) -> Recap:
    deal, mile = change.deal, load_playbook(change.deal.playbook).last_mile
    facts = read_recap_facts(deal, decision, latest(deal.org))
    if judge_recap(facts, mile):
        raise Refused(_("The recap is not complete yet: the list above names what it lacks."))
    made = Recap.objects.filter(deal=deal, sent_on=None).first() or Recap(
        deal=deal, number=next_number(Recap, deal), version=0, **fresh(change.by)
    )
    values = {
        "decision": decision,
        "summary_number": CommercialSummary.objects.filter(deal=deal).aggregate(top=Max("number"))["top"] or 0,
        "plan": list(facts.plan),
        "commitments": list(facts.commitments),
        "risks": [{"risk": r.text, "mitigation": r.mitigation} for r in read_risks(deal)[: mile.risks]],
        "sent_to": [name for name in facts.owed_by.values() if name],
    }
    save_changes(made, values)
    return made


def mark_recap_sent(
    deal: Deal, *, by: Member, sent_on: date | None = None, sent_to: Sequence[str] = (), via: str = "web"
) -> Recap:
    """It went out: from now on its words stay, and two people owe their answer."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row = Recap.objects.filter(deal=change.deal, sent_on=None).first()
        if row is None:
            raise Refused(_("There is no recap that waits to be sent. Write one."))
        _send(change, row, sent_on, sent_to)
    return row


def _send(change: Change, row: Recap, sent_on: date | None, sent_to: Sequence[str]) -> None:
    day = check_day(sent_on, change.deal, _("A recap was sent today or earlier."))
    save_changes(row, {"sent_on": day, "sent_to": list(sent_to) or row.sent_to})
    change.record("recap.sent", note=row.decision)


def send_recap(
    deal: Deal, *, by: Member, decision: str, sent_to: Sequence[str] = (), sent_on: date | None = None, via: str = "web"
) -> Recap:
    """Write it and put it on record as sent, in one go."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        made = _write(change, decision)
        _send(change, made, sent_on, sent_to)
    return made


def answer_recap(
    deal: Deal, *, by: Member, role: str, words: str, answered_on: date | None = None,
    attachment: BinaryIO | None = None, via: str = "web",
) -> RecapAnswer:  # fmt: skip
    """What somebody wrote back. Only the one word confirms; anything else is kept and still owes it."""
    digest = store_attachment(attachment) if attachment else ""
    with changing(deal, by=by, via=via, check=check_can_follow_up) as change:
        view = read_recap(change.deal, latest(change.deal.org))
        if view is None or view.recap.sent_on is None:
            raise Refused(_("Send the recap first; then its answers can be kept."))
        day = check_day(answered_on, change.deal, _("An answer came today or earlier."))
        person = find_owners(change.deal).get(role)
        if role not in view.owed or person is None:
            raise Refused(_("Nobody in this role owes an answer to this recap."))
        if day < view.recap.sent_on:
            raise Refused(_("The answer cannot be older than the recap."))
        made = RecapAnswer.objects.create(
            deal=change.deal, recap=view.recap, role=role, stakeholder=person, words=words.strip(),
            is_confirmed=is_confirmation(words), answered_on=day, attachment_sha256=digest, **fresh(by),
        )  # fmt: skip
        _prove_terms(change, day)
        change.record("recap.answered", note=words, role=role)
    return made


def _prove_terms(change: Change, day: date) -> None:
    """Confirmed by all who owe it: the buyer's word that the commercial terms are understood."""
    view = read_recap(change.deal, latest(change.deal.org))
    if view is None or not view.is_confirmed:
        return
    names = ", ".join(a.stakeholder.person.name for a in view.answers if a.is_confirmed and a.stakeholder)
    title = _("Recap v%(number)s confirmed by %(names)s") % {"number": view.recap.number, "names": names}
    prove(change, "terms_grasped", strength=Strength.BUYER, on=day, title=title, author=names)
