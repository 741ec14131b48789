"""What sources tell of a deal in columns of their own: where it came from, and why it was lost.

Answers: the source and the loss reason of each deal, the reason in the playbook's words where it has one for it. Does
not answer: what follows from them (``funnel``). A reason that people gave here with the move itself goes first.
"""

from collections.abc import Sequence
from uuid import UUID

from landmark.deals.models import DealAttribute
from landmark.orgs.models import Organisation
from landmark.outlook.rawrows import CHUNK
from landmark.playbook.names import fold_name
from landmark.playbook.schema import Playbook

SOURCE_NAMES = ("leadsource", "source", "originalsource", "dealsource", "channel")
REASON_NAMES = ("lossreason", "lostreason", "closedlostreason", "reasonlost", "reasonforloss", "whylost")
OWN_FIELD = "__c"
"""Ends the name of every column that an organisation has added to Salesforce itself."""


def read_sources(org: Organisation) -> dict[UUID, str]:
    return _read_attribute(org, SOURCE_NAMES)


def read_loss_reasons(org: Organisation, playbook: Playbook) -> dict[UUID, str]:
    """The playbook's key of each reason it knows by name, alias or label, else the words as they came."""
    keys = {
        fold_name(name): reason.key
        for reason in playbook.loss_reasons
        for name in (reason.key, playbook.label("loss_reason", reason.key), *reason.aliases)
    }
    return {deal: keys.get(fold_name(words), words) for deal, words in _read_attribute(org, REASON_NAMES).items()}


def _read_attribute(org: Organisation, names: Sequence[str]) -> dict[UUID, str]:
    """Values of the first attribute of one of these names, by deal; blank ones are left out."""
    held = DealAttribute.objects.filter(deal__org=org).order_by().values_list("key", flat=True).distinct()
    by_name = {fold_name(key.removesuffix(OWN_FIELD)): key for key in held}
    key = next((by_name[name] for name in names if name in by_name), None)
    if key is None:
        return {}
    rows = DealAttribute.objects.filter(deal__org=org, key=key).exclude(value="")
    return dict(rows.values_list("deal_id", "value").iterator(CHUNK))
