"""Opening and editing deals. The stage is not a field to edit: see ``moves``."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from landmark.deals import policies
from landmark.deals.actions.moves import open_first_move
from landmark.deals.actions.next_steps import put_next_step
from landmark.deals.changing import changing
from landmark.deals.gate_states import refresh_gate_state
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Account, Deal, DealAttribute
from landmark.deals.playbooks import choose_for
from landmark.deals.records import record_act
from landmark.orgs.as_of import stamp
from landmark.orgs.models import Member
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.playbook.loader import load_playbook

EDITABLE = ("name", "amount", "currency", "target_on", "owner", "deal_type")
ATTRIBUTE = "attribute:"


def open_deal(
    *,
    by: Member,
    name: str,
    account_name: str = "",
    amount: Decimal | None = None,
    currency: str = "",
    deal_type: str = "",
    target_on: date | None = None,
    owner: Member | None = None,
    next_step: NextStepInput | None = None,
    via: str = "web",
) -> Deal:
    """A new deal at the first stage of the playbook its size and type choose, owned by whoever opens it or is named."""
    if not (has_right(by, Right.EDIT_OWN) or has_right(by, Right.EDIT_ALL)):
        raise PermissionDenied(_("Your role cannot open deals."))
    with transaction.atomic():
        org = by.org
        playbook = choose_for(org, amount, currency, deal_type).ref
        first = load_playbook(playbook).open_stages[0].key
        happened, deal_id = stamp(org), uuid4()
        move = open_first_move(deal_id, to_stage=first, at=happened, by=by, via=via)
        move.save(force_insert=True)
        deal = Deal(
            id=deal_id, org=org, account=_find_account(by, account_name), owner=owner or by, name=name.strip(),
            stage=first, last_move_id=move.id, stage_entered_at=happened, opened_at=happened, amount=amount,
            currency=currency or org.currency, target_on=target_on, first_target_on=target_on, playbook=playbook,
            deal_type=deal_type,
        )  # fmt: skip
        deal.full_clean(exclude=["org", "account", "owner"])
        deal.save(force_insert=True)
        if next_step is not None:
            policies.check_next_step(next_step)
            put_next_step(deal, next_step)
        record_act(deal, "deal.opened", by=by, via=via, detail={"stage": first, "playbook": playbook})
        refresh_gate_state(deal)
    return deal


def edit_deal(
    deal: Deal, *, by: Member, changes: Mapping[str, Any], if_version: int | None = None, via: str = "web"
) -> Deal:
    """Change fields of a deal; each change is one ledger row, and later imports leave these fields alone."""
    _check_names(changes)
    with changing(deal, by=by, via=via) as change:
        locked = change.deal
        policies.check_version(locked.version, if_version)
        done = _set_fields(locked, changes) | _set_attributes(locked, changes)
        if done:
            locked.edited_fields = sorted({*locked.edited_fields, *done})
            locked.version += 1
            locked.full_clean(exclude=["org", "account", "owner"], validate_unique=False)
            locked.save()
            change.record_fields(done)
    deal.refresh_from_db()
    return locked


def _check_names(changes: Mapping[str, Any]) -> None:
    for name in changes:
        if name not in EDITABLE and not name.startswith(ATTRIBUTE):
            raise ValidationError(_("“%(field)s” is not a field to edit; a stage changes by a move.") % {"field": name})


def _set_fields(deal: Deal, changes: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    done: dict[str, tuple[Any, Any]] = {}
    for name in EDITABLE:
        if name not in changes or changes[name] == getattr(deal, name):
            continue
        done[name] = (_plain(getattr(deal, name)), _plain(changes[name]))
        if name == "owner" and changes[name] is not None and changes[name].org_id != deal.org_id:
            raise PermissionDenied(_("This person belongs to another organisation."))
        setattr(deal, name, changes[name])
    if "target_on" in done and deal.first_target_on is None:
        deal.first_target_on = deal.target_on
    return done


def _set_attributes(deal: Deal, changes: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    done: dict[str, tuple[Any, Any]] = {}
    for name, value in changes.items():
        if not name.startswith(ATTRIBUTE):
            continue
        key = name.removeprefix(ATTRIBUTE)
        row = deal.attributes.filter(key=key).first() or DealAttribute(deal=deal, key=key)
        if row.pk and row.value == str(value):
            continue
        done[key] = (row.value, str(value))
        row.value, row.is_edited = str(value), True
        row.full_clean(exclude=["deal"])
        row.save()
    return done


def _plain(value: Any) -> Any:
    return str(value.id) if isinstance(value, Member) else value


def _find_account(by: Member, name: str) -> Account | None:
    if not name.strip():
        return None
    found = Account.objects.filter(org=by.org, name__iexact=name.strip()).first()
    return found or Account.objects.create(org=by.org, name=name.strip())
