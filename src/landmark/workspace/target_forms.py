"""The form of a target plan.

Answers: which fields it has for this organisation's funnel, and the plan they spell. Does not answer: what follows from
the plan (``cadence.target_plans``), whether it may be published (``engines.targets``).
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import get_decimal_symbol
from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from landmark.cadence.target_plans import PlanInput, Rate
from landmark.engines.targets import DEFINITIONS, LEADING, TESTS, Answer
from landmark.ui.formats import current_locale, format_count, format_percent
from landmark.ui.numbers import AmountField, ShareField

HUNDRED = Decimal(100)
TEXT = 300
YES, NO = "yes", "no"


def _money(label: Any) -> AmountField:
    return AmountField(label=label, max_digits=18, decimal_places=2, required=True, min_value=Decimal("0.01"))


def _number(label: Any, *, required: bool = False, places: int = 2, **limits: Any) -> ShareField:
    return ShareField(label=label, max_digits=18, decimal_places=places, required=required, **limits)


def _text(label: Any, hint: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"placeholder": hint})
    return forms.CharField(label=label, max_length=TEXT, required=False, widget=widget)


class TargetsForm(forms.Form):
    """Percentages are typed as percent. An empty upper end means one figure."""

    amount = _money(gettext_lazy("Bookings to reach"))
    deal_size = _money(gettext_lazy("Average deal"))
    overall = _number(gettext_lazy("Overall conversion, %"), min_value=0, max_value=100)
    coverage = _number(gettext_lazy("times what is still to win"), min_value=0)
    last_step = _number(gettext_lazy("% of proposals are won"), min_value=0, max_value=100)
    qualified = _number(gettext_lazy("qualified deals in the period"), places=0, min_value=0)
    leading = forms.MultipleChoiceField(
        label=gettext_lazy("Two figures to steer by"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, steps: Sequence[tuple[str, str]], states: Mapping[str, str], roles: Mapping[str, str],
        teams: Mapping[str, str], measured: Sequence[Rate], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.steps, self.states, self.roles, self.teams, self.measured = steps, states, roles, teams, measured
        leading = self.fields["leading"]
        assert isinstance(leading, forms.MultipleChoiceField)  # noqa: S101  (for the type checker)
        leading.choices = [(key, label) for key, label in leading_labels().items()]
        for place, (from_state, to_state) in enumerate(steps):
            label = _("%(first)s to %(second)s, %%") % {"first": states[from_state], "second": states[to_state]}
            low: dict[str, Any] = {"min_value": Decimal("0.1"), "max_value": 100}
            self.fields[f"low_{place}"] = _number(label, required=True, **low)
            self.fields[f"high_{place}"] = _number(_("up to, %"), **low)
        for kind, names in (("role", roles), ("team", teams)):
            for key, name in names.items():
                self.fields[f"{kind}_{key}"] = _number(name, places=1, min_value=0, max_value=100_000)
        for key, (label, hint) in definition_labels().items():
            self.fields[f"define_{key}"] = _text(label, hint)
        for key, (label, hint) in question_labels().items():
            self.fields[f"yes_{key}"] = forms.ChoiceField(
                label=label, required=False, choices=[("", _("Choose …")), (YES, _("Yes")), (NO, _("No"))]
            )
            self.fields[f"reason_{key}"] = _text(_("Because"), hint)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for place in range(len(self.steps)):
            low, high = cleaned.get(f"low_{place}"), cleaned.get(f"high_{place}")
            if low is not None and high is not None and high < low:
                self.add_error(f"high_{place}", _("The upper end lies below the lower one."))
        return cleaned

    # What the templates walk through

    def rate_rows(self) -> Iterator[tuple[BoundField, BoundField, str]]:
        """Both ends of each conversion, and what was measured in words."""
        for place in range(len(self.steps)):
            known = self.measured[place] if place < len(self.measured) else None
            is_measured = known is not None and known.origin == "measured"
            yield self[f"low_{place}"], self[f"high_{place}"], tell_measured(known) if known and is_measured else ""

    def role_fields(self) -> list[BoundField]:
        return [self[f"role_{key}"] for key in self.roles]

    def team_fields(self) -> list[BoundField]:
        return [self[f"team_{key}"] for key in self.teams]

    def definition_fields(self) -> list[BoundField]:
        return [self[f"define_{key}"] for key in DEFINITIONS]

    def test_rows(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[f"yes_{key}"], self[f"reason_{key}"]) for key in TESTS]

    # What it spells

    def read_plan(self) -> PlanInput:
        data = self.cleaned_data
        return PlanInput(
            amount=data["amount"],
            deal_size=data["deal_size"],
            overall=_share(data.get("overall")),
            rates=tuple(self._rate(place) for place in range(len(self.steps))),
            definitions={key: data[f"define_{key}"] for key in DEFINITIONS if data.get(f"define_{key}")},
            measures=self._measures(),
            roles={key: data[f"role_{key}"] for key in self.roles if data.get(f"role_{key}")},
            teams={key: data[f"team_{key}"] for key in self.teams if data.get(f"team_{key}")},
            tests={
                key: Answer(data[f"yes_{key}"] == YES, data.get(f"reason_{key}", ""))
                for key in TESTS
                if data.get(f"yes_{key}")
            },
        )

    def _rate(self, place: int) -> Rate:
        """A figure left as it was measured stays measured; a changed one is somebody's own."""
        from_state, to_state = self.steps[place]
        low = self.cleaned_data[f"low_{place}"] / HUNDRED
        typed = self.cleaned_data.get(f"high_{place}")
        high = low if typed is None else typed / HUNDRED
        known = self.measured[place] if place < len(self.measured) else None
        if known is not None and known.origin == "measured" and (known.low, known.high) == (low, high):
            return known
        return Rate(from_state, to_state, low, high)

    def _measures(self) -> dict[str, Decimal]:
        chosen = self.cleaned_data.get("leading") or []
        figures = {
            "coverage": self.cleaned_data.get("coverage"),
            "last_step": _share(self.cleaned_data.get("last_step")),
            "qualified": self.cleaned_data.get("qualified"),
        }
        return {key: figures[key] or Decimal(0) for key in LEADING if key in chosen}


def tell_measured(rate: Rate) -> str:
    low, high = format_percent(float(rate.low), 1), format_percent(float(rate.high), 1)
    words = ngettext("Measured %(share)s on %(n)s ended deal", "Measured %(share)s on %(n)s ended deals", rate.count)
    shown = low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
    return words % {"share": shown, "n": format_count(rate.count)}


def _share(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else percent / HUNDRED


def leading_labels() -> dict[str, str]:
    return {
        "coverage": _("Coverage of what is still to win"),
        "last_step": _("Share of proposals won"),
        "qualified": _("Qualified deals"),
    }


def definition_labels() -> dict[str, tuple[str, str]]:
    return {
        "qualified": (_("Qualified means"), _("Fits the profile, and names a date that matters to them")),
        "booked": (_("Booked means"), _("Signed, with a start date and payment terms set")),
        "stage_entry": (_("A stage is entered when"), _("What its door asks for is on record")),
    }


def question_labels() -> dict[str, tuple[str, str]]:
    return {
        "controllable": (_("Can the team influence these in the period?"), _("What they can do about them")),
        "diagnostic": (_("Would a miss tell you what to change?"), _("Which change each miss points to")),
        "consistent": (_("Do the definitions match how deals are recorded?"), _("How you know")),
    }


def start_values(plan: PlanInput) -> dict[str, Any]:
    """A plan as the form shows it."""
    values: dict[str, Any] = {
        "amount": _plain(plan.amount), "deal_size": _plain(plan.deal_size), "overall": _percent(plan.overall),
        "leading": [key for key in LEADING if key in plan.measures],
        "coverage": _plain(plan.measures.get("coverage")), "last_step": _percent(plan.measures.get("last_step")),
        "qualified": _plain(plan.measures.get("qualified")),
    }  # fmt: skip
    for place, rate in enumerate(plan.rates):
        values[f"low_{place}"] = _percent(rate.low)
        values[f"high_{place}"] = _percent(rate.high) if rate.high != rate.low else None
    for kind, weights in (("role", plan.roles), ("team", plan.teams)):
        values |= {f"{kind}_{key}": _plain(weight) for key, weight in weights.items()}
    values |= {f"define_{key}": text for key, text in plan.definitions.items()}
    for key, answer in plan.tests.items():
        values |= {f"yes_{key}": YES if answer.is_yes else NO, f"reason_{key}": answer.reason}
    return values


def _plain(value: Decimal | None) -> str | None:
    """Without trailing zeros, never as a power of ten, with the reader's decimal mark."""
    if value is None:
        return None
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", get_decimal_symbol(current_locale()))


def _percent(share: Decimal | None) -> str | None:
    return None if share is None else _plain(share * HUNDRED)
