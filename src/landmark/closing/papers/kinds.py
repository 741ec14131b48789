"""Which documents a deal has, for whom, and what they say now.

Answers: the documents that can be made of a deal today, each as a paper with its version. Does not answer: how it is
issued (``paper_actions``), how a part reads its rows (the modules beside this one). A document without a source is not
in the list.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from landmark.closing.models import IssuedPaper
from landmark.closing.papers.asked import Asked
from landmark.closing.papers.delivery import read_hand_over_paper
from landmark.closing.papers.meeting import read_agenda, read_minutes
from landmark.closing.papers.plan import read_action_plan
from landmark.closing.papers.signature import read_executive_summary, read_one_page, read_recap_paper
from landmark.closing.papers.snapshot import read_snapshot
from landmark.documents.paper import Paper
from landmark.engines.audience import INTERNAL, SHARED, Audience


@dataclass(frozen=True, slots=True)
class PaperKind:
    """``has_history``: it can tell an earlier day; the others keep their latest words only."""

    key: str
    label: str | Promise
    audience: Audience
    read: Callable[[Asked], Paper | None]
    has_history: bool = False


KINDS: dict[str, PaperKind] = {
    kind.key: kind
    for kind in (
        PaperKind("deal_snapshot", _("Deal snapshot"), INTERNAL, read_snapshot, has_history=True),
        PaperKind("action_plan", _("Mutual action plan"), SHARED, read_action_plan),
        PaperKind("one_page", _("Offer on one page"), SHARED, read_one_page),
        PaperKind("executive_summary", _("Executive summary"), SHARED, read_executive_summary),
        PaperKind("agenda", _("Agenda"), SHARED, read_agenda),
        PaperKind("minutes", _("Minutes"), SHARED, read_minutes),
        PaperKind("recap", _("Recap"), SHARED, read_recap_paper),
        PaperKind("hand_over", _("Hand-over"), INTERNAL, read_hand_over_paper),
    )
}


@dataclass(frozen=True, slots=True)
class Made:
    """A document as it is now. ``digest`` tells its content apart, whatever language it is written in."""

    kind: PaperKind
    paper: Paper
    digest: str


def make_paper(key: str, asked: Asked) -> Made | None:
    """The document with its version: a new content is the draft of the next one. None: it has nothing to say."""
    kind = KINDS.get(key)
    if kind is None or not (asked.as_of.is_latest or kind.has_history):
        return None
    plain = kind.read(replace(asked, lang="en", chance="", by=""))
    if plain is None:
        return None
    digest = _digest(plain)
    issued = dict(
        IssuedPaper.objects.filter(deal=asked.deal, kind=key).order_by("version").values_list("digest", "version")
    )
    is_issued = digest in issued
    version = issued[digest] if is_issued else max(issued.values(), default=0) + 1
    paper = kind.read(replace(asked, version=version, is_draft=not is_issued))
    if paper is None or paper.audience is not kind.audience:
        raise ValueError(f"the document {key} is not what its kind says")
    return Made(kind, paper, digest)


def _digest(paper: Paper) -> str:
    """Of what it says: the day it is looked at and its version are left out."""
    held = asdict(paper)
    del held["frame"]
    return hashlib.sha256(json.dumps(held, sort_keys=True, default=str).encode()).hexdigest()


def list_kinds(asked: Asked) -> list[Made]:
    """The documents that have something to say, in the order of a deal's life."""
    return [made for key in KINDS if (made := make_paper(key, asked)) is not None]
