"""Which deals: the questions screens and jobs ask of the table.

Answers: row selection. Does not answer: what a row was on an earlier day (``snapshots``).
"""

from typing import TYPE_CHECKING

from django.db import models

from landmark.orgs.models import Organisation

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
