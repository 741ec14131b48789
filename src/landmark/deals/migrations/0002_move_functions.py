"""The functions behind the deals' triggers on PostgreSQL, which takes no subquery in a trigger's own condition."""

from typing import Any

from django.db import migrations


def make_functions(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    from landmark.deals.triggers import FUNCTIONS

    for sql in FUNCTIONS:
        schema_editor.execute(sql)


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_initial")]
    operations = [migrations.RunPython(make_functions, migrations.RunPython.noop)]
