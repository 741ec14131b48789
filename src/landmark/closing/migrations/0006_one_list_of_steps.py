"""Steps that put a yes to work move from the road map into the onboarding: one list of them."""

from itertools import groupby
from operator import attrgetter
from typing import Any

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def move_steps(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A dropped step stays on the road map, dropped: nobody is asked for it, and what was written is not lost."""
    old: Any = apps.get_model("closing", "RoadMapStep")
    new: Any = apps.get_model("closing", "OnboardingStep")
    steps = old.objects.filter(kind="operational", dropped_at=None).order_by("deal_id", "due_on")
    rows = steps.select_related("owner_person", "owner_member")
    for _deal, of_deal in groupby(rows, key=attrgetter("deal_id")):
        for number, row in enumerate(of_deal, 1):
            owner = row.owner_person or row.owner_member
            new.objects.create(
                deal_id=row.deal_id, decision_id=row.decision_id, position=number, text=row.text, due_on=row.due_on,
                side="buyer" if row.owner_person_id else "seller", owner=owner.name if owner else "",
                costs_money=row.costs_money, started_on=row.done_on, done_on=row.done_on, made_at=row.created_at,
                override_reason=row.money_reason,
                override_until=(row.done_on or row.due_on) if row.money_reason else None,
            )  # fmt: skip
    steps.delete()
    _settle(schema_editor)


def _settle(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """PostgreSQL alters no table while foreign keys of its changed rows wait to be checked: check them now."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [("closing", "0005_people_in_papers")]

    operations = [
        migrations.AddField(
            model_name="onboardingstep",
            name="decision",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="agreed",
                to="closing.decision",
            ),
        ),
        migrations.AlterModelOptions(name="onboardingstep", options={"ordering": ["due_on", "position"]}),
        migrations.AlterField(model_name="recap", name="sent_on", field=models.DateField(null=True)),
        migrations.RunPython(move_steps, migrations.RunPython.noop),
    ]  # fmt: skip
