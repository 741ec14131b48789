"""Writing many rows at once, as fast as each engine can.

Answers: how prepared rows reach a table. Does not answer: what is in them (``append``). The ORM's bulk_create takes
about three times as long for a million rows: it builds a model and a wide statement for each hundred of them.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

Values = Mapping[str, Any]


def insert_rows(model: type[models.Model], rows: Iterable[Values]) -> None:
    """Insert rows given by column name (``payload_id``, not ``payload``); a column not named is null."""
    columns = [field.attname for field in model._meta.concrete_fields]
    table, names = model._meta.db_table, ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([_POSTGRESQL.get(type(value), _keep)(value) for value in map(row.get, columns)])
            return
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - names of our own tables
            [[_SQLITE.get(type(value), _keep)(value) for value in map(row.get, columns)] for row in rows],
        )


def _keep(value: Any) -> Any:
    return value


def _write_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# SQLite has no type for these; the text is what Django itself writes, so that its comparisons hold.
_SQLITE: dict[type, Any] = {
    UUID: lambda value: value.hex,
    datetime: lambda value: str(value.astimezone(UTC).replace(tzinfo=None)),
    date: str,
    dict: _write_json,
}
_POSTGRESQL: dict[type, Any] = {dict: _write_json}
