"""What was typed into a form of the tab Decision, as values; and what is said of a letter that went out.

Answers: people, files, steps and versions of a sent form, or one kind sentence. Does not answer: what is done with them
(``decision_prepare``, ``decision_meet``, ``decision_after``).
"""

from collections.abc import Callable, Mapping
from typing import BinaryIO, cast

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from landmark.closing.models import Letter, LetterState
from landmark.closing.road_map_actions import StepInput
from landmark.deals.models import Person
from landmark.deals.policies import Refused
from landmark.orgs.models import Member
from landmark.ui.numbers import read_count
from landmark.ui.uploads import EvidenceFileField
from landmark.workspace.presenters.decision import DecisionPage
from landmark.workspace.typed import as_id, find_named, read_day, read_text

Handler = Callable[[DecisionPage, QueryDict], str]
Acts = Mapping[str, tuple[Handler, str]]
"""By name: what a form does, and where on the page it leads."""


def read_person(page: DecisionPage, data: QueryDict, name: str = "person") -> Person | None:
    found = as_id(data.get(name, ""))
    return next((row.person for row in page.stakeholders if row.person_id == found), None)


def read_file(page: DecisionPage) -> BinaryIO | None:
    try:
        return cast("BinaryIO | None", EvidenceFileField(required=False).clean(page.request.FILES.get("file")))
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def read_version(data: QueryDict) -> int | None:
    return read_count(data.get("version", ""))


def read_step(page: DecisionPage, data: QueryDict, prefix: str, *, is_condition: bool) -> StepInput | None:
    text = read_text(data, f"{prefix}text", 301)
    if not text:
        return None
    side, _colon, found = data.get(f"{prefix}owner", "").partition(":")
    owner = as_id(found)
    person = next((r.person for r in page.stakeholders if side == "p" and r.person_id == owner), None)
    member = find_named(Member.objects.filter(org=page.request.org), found) if side == "m" else None
    category = data.get(f"{prefix}category", "") if is_condition else ""
    costs = not is_condition and bool(data.get(f"{prefix}costs"))
    return StepInput(text, read_day(data, f"{prefix}due"), person, member, is_condition, category, costs)


def tell_letter(letter: Letter | None, sentence: str) -> str:
    """What went out, honestly: mail may be refused, and guests may have no address."""
    if letter is None:
        return _("%(what)s Nobody has an e-mail address here: hand over the calendar file yourself.") % {
            "what": sentence
        }
    if letter.state == LetterState.FAILED:
        return _("It is kept under Documents, but the mail did not go: %(why)s") % {"why": letter.problem}
    if letter.state == LetterState.SENDING:
        return _("It is still being sent. Look under Documents in a moment.")
    return sentence
