"""What the model cannot know, in words.

Answers: one plain sentence for each gap found in the data, with what would close it. Does not answer: how a gap is
found (``forecast.unknowns``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.forecast.leaks import FEWEST_CLOSED
from landmark.forecast.unknowns import CHECKED
from landmark.outlook.report_card import Gap as Found
from landmark.ui.formats import format_count, format_day, make_readable


@dataclass(frozen=True, slots=True)
class Gap:
    """``title``: what is missing; ``words``: what follows from it, and what to do."""

    code: str
    title: str
    words: str


def tell_gaps(found: Iterable[Found]) -> tuple[Gap, ...]:
    """In the order in which they were found; a market like none before is never in the data, so it stands last."""
    told = [Gap(one.code, *_SAYINGS[one.code](one)) for one in found if one.code in _SAYINGS]
    last = Gap(
        "turn",
        _("A turn like none before"),
        _("A new competitor, a new price list or a crisis is in no past. The ranges know only how far totals strayed."),
    )
    return (*told, last)


def tell_leak_check(found: Iterable[Found]) -> str:
    """One line when nothing had to be left out; "" when something was, or when an older forecast kept no count."""
    by_code = {one.code: one for one in found}
    checked = by_code.get(CHECKED)
    if checked is None or "left_out" in by_code:
        return ""
    if checked.count == 0:
        return _("Which attributes give the outcome away is looked at once %(fewest)d deals have closed.") % {
            "fewest": FEWEST_CLOSED
        }
    return ngettext(
        "Nothing was left out: %(count)s attribute was checked and does not give the outcome away.",
        "Nothing was left out: %(count)s attributes were checked and none gives the outcome away.",
        checked.count,
    ) % {"count": format_count(checked.count)}


Saying = tuple[str, str]


def _few_closed(gap: Found) -> Saying:
    if gap.count == 0:
        words = _("Until then the playbook's benchmarks speak. Bring in deals that ended before, or mark one as won or "
                  "lost when it ends.")  # fmt: skip
        return _("No deal has closed yet"), words
    words = _("The playbook and the stages still weigh much in every forecast; less with each deal that closes.")
    title = ngettext("Only %(count)s deal has closed", "Only %(count)s deals have closed", gap.count)
    return title % {"count": format_count(gap.count)}, words


def _no_milestones(gap: Found) -> Saying:
    return (
        _("No history of milestones or stages"),
        _("Only ages and attributes are known. Record evidence, or import the history of stages with the deals."),
    )


def _no_stage_moves(gap: Found) -> Saying:
    return (
        _("No history of stage changes"),
        _("Milestones are dated, moves from stage to stage are not. They are recorded from now on."),
    )


def _known_since(gap: Found) -> Saying:
    title = _("History known only since %(day)s") % {"day": format_day(gap.day)}
    words = ngettext(
        "%(count)s deal was open before; what happened to it earlier is not known, and deals that ended earlier are "
        "missing.",
        "%(count)s deals were open before; what happened to them earlier is not known, and deals that ended earlier "
        "are missing.",
        gap.count,
    )
    return title, words % {"count": format_count(gap.count)}


def _short(gap: Found) -> Saying:
    return (
        _("Less than two years of deals"),
        _("The first opened on %(day)s. A season seen once cannot be told from chance, so no yearly season is used.")
        % {"day": format_day(gap.day)},
    )


def _left_out(gap: Found) -> Saying:
    names = ", ".join(make_readable(name.removeprefix("account:")) for name in gap.names)
    return (
        _("Left out because they give the outcome away"),
        _("%(names)s: written on or after closing, so the forecast does not use them.") % {"names": names},
    )


def _unpriced(gap: Found) -> Saying:
    title = ngettext("%(count)s open deal has no amount", "%(count)s open deals have no amount", gap.count)
    return (
        title % {"count": format_count(gap.count)},
        _("The range takes amounts of deals won before in their place. Fill them in to narrow it."),
    )


def _no_arrivals(gap: Found) -> Saying:
    return (
        _("No deal has been opened since %(day)s") % {"day": format_day(gap.day)},
        _("So nothing is expected from deals not yet opened. If new ones are kept elsewhere, bring them in."),
    )


def _no_changes(gap: Found) -> Saying:
    return (
        _("No changes of amount, date or attributes"),
        _("Past days are judged with today's values, and moved target dates are not seen."),
    )


def _no_known_times(gap: Found) -> Saying:
    return (
        _("Nobody knows when facts were written down"),
        _("Each counts as known the moment it happened; late entries make the past look better informed than it was."),
    )


def _twins(gap: Found) -> Saying:
    title = ngettext("%(count)s deal may be there twice", "%(count)s deals may be there twice", gap.count)
    return (
        title % {"count": format_count(gap.count)},
        _("Same company, same amount, opened within two days. Each counts; close the one that is not real."),
    )


_SAYINGS: dict[str, Callable[[Found], Saying]] = {
    "few_closed": _few_closed,
    "no_milestones": _no_milestones,
    "no_stage_moves": _no_stage_moves,
    "known_since": _known_since,
    "short": _short,
    "left_out": _left_out,
    "unpriced": _unpriced,
    "no_arrivals": _no_arrivals,
    "no_changes": _no_changes,
    "no_known_times": _no_known_times,
    "twins": _twins,
}
