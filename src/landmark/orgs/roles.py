"""The roles of the seller's side and what each may do.

Answers: which role carries which right. Does not answer: whether the state of a deal allows it (``deals.policies``).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    REPRESENTATIVE = "representative", _("Representative")
    MANAGER = "manager", _("Manager")
    SALES_OPERATIONS = "sales_operations", _("Sales operations")
    CONTRIBUTOR = "contributor", _("Contributor")
    EXECUTIVE = "executive", _("Executive (read only)")
    ADMINISTRATOR = "administrator", _("Administrator")


class Right(models.TextChoices):
    SEE = "see", _("see deals and forecast")
    ADD_EVIDENCE = "add_evidence", _("add evidence")
    EDIT_OWN = "edit_own", _("edit and move own deals")
    EDIT_ALL = "edit_all", _("edit and move every deal")
    IMPORT = "import", _("import files")
    FIT = "fit", _("renew the forecast")
    SET_TARGETS = "set_targets", _("publish targets and hold stage percentages")
    ADMINISTER = "administer", _("manage people and settings")


_WORKING = {Right.SEE, Right.ADD_EVIDENCE, Right.EDIT_OWN, Right.FIT}
_RUNNING = {*_WORKING, Right.EDIT_ALL, Right.IMPORT}

RIGHTS: dict[str, frozenset[Right]] = {
    Role.REPRESENTATIVE: frozenset(_WORKING),
    Role.MANAGER: frozenset(_RUNNING),
    Role.SALES_OPERATIONS: frozenset({*_RUNNING, Right.SET_TARGETS}),
    Role.CONTRIBUTOR: frozenset({Right.SEE, Right.ADD_EVIDENCE}),
    Role.EXECUTIVE: frozenset({Right.SEE}),
    Role.ADMINISTRATOR: frozenset({*_RUNNING, Right.SET_TARGETS, Right.ADMINISTER}),
}
