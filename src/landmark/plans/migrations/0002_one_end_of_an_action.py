"""An action ends once: done or, with a reason, dropped. Who ended it is in the ledger."""

from typing import Any

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce


def join_days(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("plans", "PlanAction").objects
    rows.filter(dropped_on__isnull=False, drop_reason="").update(drop_reason="–")
    rows.filter(dropped_on__isnull=True).exclude(drop_reason="").update(drop_reason="")
    rows.update(ended_on=Coalesce("done_on", "dropped_on"))
    _settle(schema_editor)


def part_days(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("plans", "PlanAction").objects
    rows.filter(drop_reason="").update(done_on=F("ended_on"))
    rows.exclude(drop_reason="").update(dropped_on=F("ended_on"))
    _settle(schema_editor)


def _settle(schema_editor: Any) -> None:
    """PostgreSQL alters no table while foreign keys of its changed rows wait to be checked: check them now."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial")]

    operations = [
        migrations.AddField("planaction", "ended_on", models.DateField(blank=True, null=True)),
        migrations.RunPython(join_days, part_days),
        migrations.RemoveConstraint("planaction", "action_done_or_dropped"),
        migrations.RemoveField("planaction", "done_on"),
        migrations.RemoveField("planaction", "done_by"),
        migrations.RemoveField("planaction", "dropped_on"),
        migrations.AddConstraint(
            "planaction",
            models.CheckConstraint(
                condition=Q(drop_reason="") | Q(ended_on__isnull=False), name="action_dropped_on_a_day"
            ),
        ),
    ]
