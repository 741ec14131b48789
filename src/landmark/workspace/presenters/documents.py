"""The documents of a deal: what can be made now, what was issued, what was mailed.

Answers: what the pages show. Does not answer: what stands in a document (``closing.papers``).
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.closing.letter_actions import can_leave_the_house
from landmark.closing.models import IssuedPaper, Letter
from landmark.closing.papers.asked import Asked
from landmark.closing.papers.kinds import KINDS, Made, list_kinds, make_paper
from landmark.deals.models import Deal
from landmark.documents.writing import LANGUAGES
from landmark.engines.audience import SHARED
from landmark.ui.formats import format_chance
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.deal import DealPage
from landmark.workspace.templatetags.workspace import link_to

# The page on which each document gets its words.
WRITTEN_AT = {
    "deal_snapshot": "deal", "action_plan": "plan", "one_page": "decision", "agenda": "decision", "minutes": "decision",
    "executive_summary": "close_summary", "recap": "close_recap", "hand_over": "close_handover",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LangChoice:
    code: str
    label: str
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document that can be made. ``version`` in words; addresses carry the language looked at."""

    key: str
    label: str
    title: str
    is_shared: bool
    is_draft: bool
    version: str
    url: str
    pdf_url: str
    picture_url: str
    mail_url: str
    issue_url: str


class DocumentsPage:
    """All documents of one deal on one day, in one language."""

    def __init__(self, request: MemberRequest, deal: Deal) -> None:
        self.request, self.deal = request, deal
        self.page = DealPage(request, deal)

    @property
    def lang(self) -> str:
        asked = self.request.GET.get("lang", "")
        here = (get_language() or "en")[:2]
        return asked if asked in LANGUAGES else here if here in LANGUAGES else LANGUAGES[0]

    @property
    def can_edit(self) -> bool:
        return self.page.can_edit

    def asked(self, lang: str = "", reader: str = "") -> Asked:
        return Asked(
            self.deal, self.request.as_of, lang or self.lang, by=self.request.member.name, chance=self._chance(),
            reader=reader or self.request.GET.get("reader", ""),
        )  # fmt: skip

    def _chance(self) -> str:
        """Of winning by the target date; nothing when there is no forecast or no day ahead."""
        outlook, target = self.page.outlook, self.page.facts.target_on
        if outlook is None or target is None or target <= self.request.as_of.on:
            return ""
        return format_chance(outlook.p_won_by(target))

    def find(self, key: str, lang: str = "") -> Made | None:
        return make_paper(key, self.asked(lang))

    @cached_property
    def documents(self) -> list[DocumentView]:
        return [self.view(made) for made in list_kinds(self.asked())]

    def view(self, made: Made) -> DocumentView:
        frame = made.paper.frame
        words = _("draft of version %(n)d") if frame.is_draft else _("version %(n)d, as issued")
        lang, key = frame.lang, made.kind.key
        query = {"lang": lang, **self._reader()}
        return DocumentView(
            key=key, label=str(made.kind.label), title=made.paper.title, is_shared=made.kind.audience is SHARED,
            is_draft=frame.is_draft, version=words % {"n": frame.version},
            url=self._link("documents_one", query, kind=key),
            pdf_url=self._link("documents_pdf", self._reader(), kind=key, lang=lang),
            picture_url=self._link("documents_page", self._reader(), kind=key, lang=lang, number=1),
            mail_url=self._link("documents_mail", query, kind=key),
            issue_url=self._link("documents_issue", query, kind=key),
        )  # fmt: skip

    def page_urls(self, key: str, lang: str, count: int, *, is_final: bool = False) -> list[str]:
        """``is_final``: as it goes out, without the word draft."""
        query = {**self._reader(), **({"final": "1"} if is_final else {})}
        return [self._link("documents_page", query, kind=key, lang=lang, number=n) for n in range(1, count + 1)]

    def _reader(self) -> dict[str, str]:
        reader = self.request.GET.get("reader", "")
        return {"reader": reader} if reader else {}

    def _link(self, name: str, query: dict[str, str], **kwargs: object) -> str:
        return link_to(self.request, f"workspace:{name}", query=query, pk=self.deal.id, **kwargs)

    @property
    def languages(self) -> list[LangChoice]:
        names = {"en": _("English"), "it": _("Italian")}
        return [LangChoice(code, names[code], f"?{self._query(lang=code)}", code == self.lang) for code in LANGUAGES]

    def _query(self, **changes: str) -> str:
        query = self.request.GET.copy()
        for name, value in changes.items():
            query[name] = value
        return query.urlencode()

    @property
    def readers(self) -> list[LangChoice]:
        """For whom an executive summary is ordered."""
        playbook, here = self.page.playbook, self.request.GET.get("reader", "")
        plain = LangChoice("", _("Everybody"), f"?{self._query(reader='')}", not here)
        return [plain] + [
            LangChoice(a.key, playbook.text(f"last_mile.audience.{a.key}.label", self.page.lang),
                       f"?{self._query(reader=a.key)}", here == a.key)
            for a in playbook.last_mile.audiences
        ]  # fmt: skip

    @cached_property
    def issued(self) -> list[IssuedPaper]:
        return list(
            IssuedPaper.objects.filter(deal=self.deal, issued_at__lte=self.request.as_of.known_by).select_related(
                "issued_by"
            )
        )

    @cached_property
    def letters(self) -> list[Letter]:
        rows = Letter.objects.filter(deal=self.deal, created_at__lte=self.request.as_of.known_by)
        return list(rows.select_related("sent_by"))

    @property
    def missing(self) -> list[tuple[str, str]]:
        """Documents that wait for something to write: name, and where it is written."""
        there = {view.key for view in self.documents}
        return [(str(kind.label), self._link(WRITTEN_AT[key], {})) for key, kind in KINDS.items() if key not in there]

    @property
    def leaves_the_house(self) -> bool:
        return can_leave_the_house()

    @property
    def on(self) -> date:
        return self.request.as_of.on


def name_kind(key: str) -> str:
    """A document's or calendar file's name for a list of letters."""
    kind = KINDS.get(key)
    return str(kind.label) if kind else _("Invitation") if key.startswith("invit") else key.replace("_", " ")
