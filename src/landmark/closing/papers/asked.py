"""What a document is asked for: one deal, one day, one language."""

from dataclasses import dataclass
from functools import cached_property

from landmark.deals.models import Deal
from landmark.documents.paper import Frame
from landmark.orgs.as_of import AsOf
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook


@dataclass(frozen=True)
class Asked:
    """``chance``: of winning by the target date, in words; the forecast lies above this app, so the caller gives it.

    ``reader``: for whom an executive summary is ordered, a key of the playbook's audiences.
    """

    deal: Deal
    as_of: AsOf
    lang: str
    version: int = 1
    is_draft: bool = True
    by: str = ""
    chance: str = ""
    reader: str = ""

    @cached_property
    def playbook(self) -> Playbook:
        return load_playbook(self.deal.playbook)

    @property
    def frame(self) -> Frame:
        deal = self.deal
        return Frame(
            lang=self.lang, deal=deal.name, seller=deal.org.name, buyer=deal.account.name if deal.account else "",
            as_of=self.as_of.on, version=self.version, is_draft=self.is_draft, by=self.by,
        )  # fmt: skip

    def label(self, what: str, key: str) -> str:
        return self.playbook.label(what, key, self.lang) if key else ""


def split_lines(text: str) -> list[str]:
    """A typed block as its lines, without marks people put before them."""
    return [line.strip().lstrip("-•*").strip() for line in text.splitlines() if line.strip().lstrip("-•*").strip()]
