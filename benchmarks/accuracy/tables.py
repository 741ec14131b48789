"""The measured numbers as Markdown.

Answers: how results are laid out. Does not answer: what is said around them; that text is written by hand.
"""

from collections.abc import Mapping, Sequence

from benchmarks.accuracy.ceiling import Room
from benchmarks.accuracy.compare import METRICS, Line, Table, Verdict
from benchmarks.accuracy.learning import BENCHMARKS, PERCENTAGES, Point
from benchmarks.accuracy.peers import OURS
from benchmarks.pages import Cells, markdown


def show_losses(tables: Sequence[Table]) -> str:
    """One table for a set: every model at every horizon; the best number of a horizon is bold."""
    first = tables[0]
    about = f"### {first.set_name}\n\n" + "; ".join(
        f"{one.horizon} days: {one.rows:,} forecasts of {one.deals:,} deals, {one.wins:,} won" for one in tables
    )
    headings = ["days", "model", *(f"{name} {extra}".strip() for name in METRICS for extra in ("", "ours / theirs"))]
    return f"{about}.\n\n{markdown(headings, (_cells(line, table) for table in tables for line in table.lines))}"


def _cells(line: Line, table: Table) -> Cells:
    yield str(table.horizon)
    yield f"**{line.model}**" if line.model == OURS else line.model
    for metric in METRICS:
        if metric not in line.losses:
            yield from ("–", "–")
            continue
        best = min(one.losses[metric] for one in table.lines if metric in one.losses)
        text = f"{line.losses[metric]:.4f}"
        yield f"**{text}**" if line.losses[metric] == best else text
        yield line.ratios[metric].text if metric in line.ratios else ""


def show_calibration(tables: Sequence[Table]) -> str:
    headings = [
        "set",
        "days",
        "calibration error",
        "perfect model",
        "expected wins",
        "wins",
        "stated range",
        "AUC",
    ]
    rows = (
        [
            one.set_name,
            str(one.horizon),
            f"{one.calibration:.4f}",
            f"{one.perfect.calibration_low:.4f} – {one.perfect.calibration_high:.4f}",
            f"{one.expected:.0f}",
            str(one.wins),
            f"{one.stated[0]:.0f} – {one.stated[1]:.0f}",
            f"{one.auc:.3f}",
        ]
        for one in tables
    )
    return markdown(headings, rows)


def show_ceiling(rooms: Sequence[Room]) -> str:
    headings = ["set", "days", "measure", "ceiling / ours", "ceiling / best peer", "best peer"]
    rows = ([one.set_name, str(one.horizon), one.metric, one.ours.text, one.theirs.text, one.peer] for one in rooms)
    return markdown(headings, rows)


def show_verdicts(verdicts: Sequence[Verdict]) -> str:
    words = {True: "met", False: "**missed**", None: "not measured"}
    rows = ([one.target, words[one.met], one.detail] for one in verdicts)
    return markdown(["target", "", "measured"], rows)


def show_costs(costs: Mapping[str, Mapping[str, float]]) -> str:
    """CPU seconds for all as-of days of a set, fits included."""
    models = dict.fromkeys(model for by_model in costs.values() for model in by_model)
    rows = ([model, *(f"{one[model]:,.0f}" if model in one else "–" for one in costs.values())] for model in models)
    return markdown(["model", *costs], rows)


def show_curve(points: Sequence[Point]) -> str:
    headings = ["closed deals", "level", "days", "forecasts"]
    headings += [f"{name}, ours / {peer}" for peer in (BENCHMARKS, PERCENTAGES) for name in ("Brier", "log loss")]
    rows = (
        [
            str(one.closed),
            one.levels,
            str(one.horizon),
            f"{one.rows:,}",
            *(one.ratios[peer][name].text for peer in (BENCHMARKS, PERCENTAGES) for name in ("Brier", "log loss")),
        ]
        for one in points
    )
    return markdown(headings, rows)


def judge_curve(points: Sequence[Point]) -> Verdict:
    worse = [
        f"{one.closed} closed at {one.horizon} d by {metric} against {peer}: {ratio.text}"
        for one in points
        for peer, by_metric in one.ratios.items()
        for metric, ratio in by_metric.items()
        if ratio.low > 1
    ]
    detail = "; ".join(worse) or f"{len(points)} points"
    return Verdict(
        "With little data never worse than the playbook's own percentages, beyond the interval", not worse, detail
    )
