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
    EXECUTIVE = "executive", _("Executive")
    ADMINISTRATOR = "administrator", _("Administrator")


class Right(models.TextChoices):
    SEE = "see", _("see deals and forecast")
    ADD_EVIDENCE = "add_evidence", _("add evidence")
    EDIT_OWN = "edit_own", _("edit and move own deals")
    EDIT_ALL = "edit_all", _("edit and move every deal")
    IMPORT = "import", _("import files")
    FIT = "fit", _("renew the forecast")
    SET_TARGETS = "set_targets", _("publish targets and hold stage percentages")
    CALL = "call", _("give calls and set categories")
    CALL_TEAM = "call_team", _("give a team's call and quotas")
    COMMIT = "commit", _("give the organisation's commit")
    SEE_CALLS = "see_calls", _("see everybody's calls")
    SET_RATES = "set_rates", _("keep currency rates")
    WORK_CLOSE = "work_close", _("own approval lanes, mark-ups and hand-over")
    SET_PLAYBOOKS = "set_playbooks", _("choose the playbooks of new deals")
    ADMINISTER = "administer", _("manage people and settings")


_WORKING = {Right.SEE, Right.ADD_EVIDENCE, Right.EDIT_OWN, Right.FIT, Right.CALL}
_RUNNING = {*_WORKING, Right.EDIT_ALL, Right.IMPORT, Right.SEE_CALLS}
_KEEPING = {*_RUNNING, Right.SET_TARGETS, Right.SET_RATES, Right.SET_PLAYBOOKS}

RIGHTS: dict[str, frozenset[Right]] = {
    Role.REPRESENTATIVE: frozenset(_WORKING),
    Role.MANAGER: frozenset({*_RUNNING, Right.CALL_TEAM}),
    Role.SALES_OPERATIONS: frozenset(_KEEPING),
    Role.CONTRIBUTOR: frozenset({Right.SEE, Right.ADD_EVIDENCE, Right.SEE_CALLS, Right.WORK_CLOSE}),
    # Reads everything; the one number an executive gives is the organisation's commit.
    Role.EXECUTIVE: frozenset({Right.SEE, Right.SEE_CALLS, Right.COMMIT}),
    Role.ADMINISTRATOR: frozenset({*_KEEPING, Right.CALL_TEAM, Right.COMMIT, Right.ADMINISTER}),
}
