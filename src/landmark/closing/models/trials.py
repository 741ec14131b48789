"""Small questions before the large one, and the gaps they brought to light.

Answers: which were asked of whom, answered how, fixed when, at any moment. Does not answer: which comes next
(``engines.trials``). Rows are kept version by version.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from landmark.buying.models.kept import Kept


class TrialClose(Kept):
    """One asking; ``line`` stays the same over its versions. ``proof_id``: the evidence a yes put on record."""

    IDENTITY: ClassVar[tuple[str, ...]] = ("line",)

    line = models.UUIDField(default=uuid.uuid4)
    kind = models.CharField(max_length=60)
    asked_on = models.DateField(_("asked on"))
    person = models.CharField(_("who answered"), max_length=200)
    answer = models.CharField(_("in their words"), max_length=500)
    is_confirmed = models.BooleanField(default=False)
    clarified = models.CharField(_("what they mean"), max_length=300, blank=True)
    impact = models.CharField(_("what it changes"), max_length=60, blank=True)
    fix = models.CharField(_("smallest fix"), max_length=300, blank=True)
    owner = models.CharField(_("who does it"), max_length=200, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    fixed_on = models.DateField(_("fixed on"), null=True, blank=True)
    proof_id = models.UUIDField(null=True)

    class Meta(Kept.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"{self.kind}: {self.answer}"
