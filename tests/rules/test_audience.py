"""Every field of the deal room is for the team alone unless the registry names it, and it names real fields."""

import pytest
from django.apps import apps

from landmark.engines.audience import NEVER, SHAREABLE, unshareable_names

ROOM = ("buying", "plans", "closing")


def fields_of(app: str) -> set[str]:
    return {f"{model._meta.label}.{field.name}" for model in apps.get_app_config(app).get_models()
            for field in model._meta.get_fields()}  # fmt: skip


def test_every_shareable_field_exists() -> None:
    known = set().union(*(fields_of(app) for app in {name.split(".")[0] for name in SHAREABLE}))
    assert not SHAREABLE - known, f"no such fields: {sorted(SHAREABLE - known)}"


def test_nothing_that_never_leaves_is_shareable() -> None:
    assert unshareable_names() == []


@pytest.mark.parametrize("app", ROOM)
def test_tactics_scores_and_private_notes_are_internal(app: str) -> None:
    ours = {name for name in fields_of(app) if NEVER & set(name.rsplit(".", 1)[1].split("_"))}
    assert not ours & SHAREABLE
