"""Foreign keys follow the import order: string references are invisible to the import linter."""

from django.apps import apps
from django.db.models import CASCADE

ORDER = ["ledger", "orgs", "deals", "buying", "plans", "closing", "outlook", "cadence", "connectors", "workspace"]
THIRD_PARTY = {"auth", "contenttypes", "admin", "sessions", "account", "mfa", "django_tasks_database"}


def own_models() -> list[type]:
    return [m for m in apps.get_models() if m.__module__.startswith("landmark.")]


def test_every_app_with_tables_has_its_place_in_the_order() -> None:
    assert {model._meta.app_label for model in own_models()} <= set(ORDER)


def test_no_foreign_key_points_to_an_app_above() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in own_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is not None
        and field.related_model.__module__.startswith("landmark.")
        and ORDER.index(field.related_model._meta.app_label) > ORDER.index(model._meta.app_label)
    ]  # fmt: skip
    assert wrong == []


def test_the_ledger_points_outside_itself_nowhere() -> None:
    outside = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_app_config("ledger").get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model._meta.app_label != "ledger"
    ]
    assert outside == []


def test_no_model_has_more_than_25_fields() -> None:
    too_big = {m._meta.label: len(m._meta.concrete_fields) for m in own_models() if len(m._meta.concrete_fields) > 25}
    assert too_big == {}


def test_every_row_of_a_tenant_names_its_organisation_or_hangs_on_one_that_does() -> None:
    free = {"orgs.Organisation", "orgs.User"}
    for model in own_models():
        if model._meta.label in free:
            continue
        assert names_its_organisation(model), model._meta.label


def names_its_organisation(model: type) -> bool:
    names = {field.name for field in model._meta.concrete_fields}
    parents = {f.name for f in model._meta.concrete_fields if f.is_relation}
    if names & {"org", "org_id"} or parents & {"deal", "run", "model", "freeze"}:
        return True
    return any(names_its_organisation(owner) for owner in owners_of(model))


def owners_of(model: type) -> list[type]:
    """Rows of ours it cannot be without: it always has one, and goes when that goes."""
    return [
        field.related_model
        for field in model._meta.concrete_fields
        if field.is_relation and not field.null and field.remote_field.on_delete is CASCADE
        and field.related_model.__module__.startswith("landmark.") and field.related_model is not model
    ]  # fmt: skip
