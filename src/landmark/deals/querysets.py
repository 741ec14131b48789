"""Which deals: the questions screens and jobs ask of the table.

Answers: row selection. Does not answer: what a row was on an earlier day (``snapshots``).
"""

from typing import TYPE_CHECKING

from django.db import models

from landmark.orgs.models import Member, Organisation

if TYPE_CHECKING:
    from landmark.deals.models import Deal  # noqa: F401 - named in the base class below


class DealQuerySet(models.QuerySet["Deal"]):
    def of(self, org: Organisation) -> "DealQuerySet":
        return self.filter(org=org)

    def open(self) -> "DealQuerySet":
        return self.filter(closed_at__isnull=True)

    def closed(self) -> "DealQuerySet":
        return self.filter(closed_at__isnull=False)

    def committed(self) -> "DealQuerySet":
        """Open and not paused: what may count towards commit."""
        return self.open().exclude(stage="paused")

    def owned_by(self, member: Member) -> "DealQuerySet":
        return self.filter(owner=member)

    def for_cards(self) -> "DealQuerySet":
        """With everything a board card or a table row shows, in a fixed number of queries."""
        return self.select_related("account", "owner", "owner__team", "gate_state").prefetch_related(
            models.Prefetch("next_steps", self._open_steps(), to_attr="open_steps")
        )

    @staticmethod
    def _open_steps() -> "models.QuerySet[models.Model]":
        from landmark.deals.models import NextStep

        return NextStep.objects.filter(done_at__isnull=True)
