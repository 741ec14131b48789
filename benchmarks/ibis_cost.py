"""What do Ibis expressions cost beside plain DuckDB SQL that does the same? See docs/adr/0008-engines.md.

python -m benchmarks.ibis_cost --deals 100000
"""

import os
import tempfile
from datetime import date
from pathlib import Path

import click

from landmark.connectors.longlog import load_long_log
from landmark.connectors.values import parse_day
from landmark.forecast.logs.duck import Duck, to_sql
from landmark.forecast.logs.relations import known_deals, open_deals, with_trails
from landmark.simulator.longlog import write_long_log

DAY = parse_day("2026-04-01")
PLAIN_TIME = (
    "CASE WHEN regexp_matches(t, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?Z?)?)?$') "
    "THEN epoch_us(try_cast(t AS TIMESTAMP)) / 86400000000.0 END"
)


def plain_events(path: Path) -> str:
    return (
        f'CREATE TABLE plain_events AS SELECT deal, {PLAIN_TIME} AS at_, milestone FROM (SELECT deal_id, "at" AS t, '  # noqa: S608
        f"milestone FROM read_csv('{path}', columns = {{'deal_id': 'VARCHAR', 'at': 'VARCHAR', "
        "'milestone': 'VARCHAR'}, auto_detect = false, header = true)) "
        "LEFT JOIN (SELECT deal_id, deal FROM landmark_good_deals) USING (deal_id)"
    )


PLAIN_TRAILS = f"""
    WITH open AS (SELECT * FROM landmark_good_deals WHERE opened <= {DAY} AND NOT coalesce(closed <= {DAY}, false)),
    trail AS (
        SELECT deal, array_agg({{'at': greatest(at_, opened), 'known': greatest(at_, opened), 'milestone': milestone}})
            AS events
        FROM plain_events JOIN open USING (deal) WHERE at_ <= {DAY} GROUP BY deal)
    SELECT * FROM open LEFT JOIN trail USING (deal)
"""  # noqa: S608


def spent() -> float:
    used = os.times()
    return used.user + used.system


@click.command()
@click.option("--deals", type=click.IntRange(min=1_000), default=100_000, show_default=True)
def main(deals: int) -> None:
    """Print processor seconds of both for reading events and for gathering open deals."""
    with tempfile.TemporaryDirectory() as name, Duck() as duck:
        paths = write_long_log(name, deals, date(2026, 6, 1))
        events = Path(paths[1])
        layout = load_long_log(duck, paths[0], events, None).layout
        duck.run("DROP TABLE landmark_good_events")
        duck.run("DROP VIEW landmark_events CASCADE")
        began = spent()
        from landmark.connectors.longlog import describe_log

        duck.load_events(describe_log(*paths, None)[2], layout)
        reading = spent() - began
        began = spent()
        duck.run(plain_events(events))
        plain = spent() - began
        click.echo(f"reading events: Ibis {reading:.2f} s, SQL {plain:.2f} s, {reading / plain:.2f} times")
        began = spent()
        question = to_sql(with_trails(open_deals(known_deals(layout, DAY)), DAY, layout))
        duck.run(f"CREATE TABLE ours AS {question}")
        gathering = spent() - began
        began = spent()
        duck.run(f"CREATE TABLE plain AS {PLAIN_TRAILS}")
        plain = spent() - began
        (rows,), (same,) = duck.run("SELECT count(*) FROM ours UNION ALL SELECT count(*) FROM plain")
        assert rows == same
        click.echo(
            f"gathering {rows:,} open deals: Ibis {gathering:.2f} s, SQL {plain:.2f} s, {gathering / plain:.2f} times"
        )


if __name__ == "__main__":
    main()
