"""How a row of any table leads to its deal.

Answers: the path of foreign keys, which rows of a table point at some others. Does not answer: which tables to ask.
"""

from functools import cache
from typing import Any

from django.db.models import ForeignKey, Model, Q, QuerySet

from landmark.deals.models import Account, Deal, Person
from landmark.orgs.models import Member, Organisation

NO_WAY: tuple[type[Model], ...] = (Organisation, Member, Account, Person)
"""Tables that lead to many deals or none."""


def links_of(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


@cache
def deal_path(model: type[Model]) -> str:
    """How a row leads to its deal ("deal", "plan__deal"); "" when it does not."""
    if model is Deal:
        return "pk"
    links = [field for field in links_of(model) if isinstance(field.related_model, type)]
    direct = next((field.name for field in links if field.related_model is Deal), "")
    if direct:
        return direct
    for field in links:
        target = field.related_model
        if target is not model and target not in NO_WAY and (inner := deal_path(target)):
            return f"{field.name}__{inner}"
    return ""


def rows_pointing_at(model: type[Model], *targets: Model) -> QuerySet[Any]:
    """Rows of a table that point at any of these."""
    found = Q(pk__in=[])
    for field in links_of(model):
        pks = [target.pk for target in targets if type(target) is field.related_model]
        found |= Q(**{f"{field.name}__in": pks}) if pks else Q()
    return model._default_manager.filter(found)
