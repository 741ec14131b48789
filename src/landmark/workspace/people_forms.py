"""What people type on the tab People: a person, a review, the answers, a confirmation, the meeting and its answer.

Answers: which fields a form has and what is readable. Does not answer: whether the deal allows it (the actions say).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from landmark.buying.commitment_actions import MOST_STEPS
from landmark.buying.models import DecisionPart, Mechanism, Outcome
from landmark.buying.people import People, Person
from landmark.engines.relationships import types_of
from landmark.playbook.relationships import TOP_DEPTH, TOP_LEVEL
from landmark.playbook.schema import Playbook
from landmark.ui.days import DayField
from landmark.ui.numbers import AmountField
from landmark.ui.uploads import EvidenceFileField
from landmark.workspace.forms import PICK, StakeholderForm, date_input
from landmark.workspace.typed import as_id

Choices = list[tuple[str, Any]]
ROWS = {"rows": 2}
SPARE_STEPS = 2


def text_area(label: Any, length: int = 500, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False, widget=forms.Textarea(attrs=ROWS), **kwargs)


def line(label: Any, length: int, *, required: bool = False, placeholder: Any = "") -> forms.CharField:
    attrs = {"autocomplete": "off", **({"placeholder": placeholder} if placeholder else {})}
    return forms.CharField(label=label, max_length=length, required=required, widget=forms.TextInput(attrs=attrs))


def day(label: Any, *, required: bool = False) -> DayField:
    return DayField(label=label, required=required, widget=date_input())


def radios(label: Any, choices: Choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=forms.RadioSelect)


def set_choices(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
    field.choices = list(choices)


class PersonForm(StakeholderForm):
    """All we know of one person; only the name is needed. ``version`` guards against writing over somebody else."""

    influence = radios(gettext_lazy("Influence: can approve, block or shape it"), [])
    interest = radios(gettext_lazy("Interest: cares about the result and gives it time"), [])
    decision_part = forms.ChoiceField(
        label=gettext_lazy("Decides or signs"), required=False, choices=DecisionPart.choices, widget=forms.RadioSelect
    )
    cares_about = text_area(gettext_lazy("What they care about"))
    needs = text_area(gettext_lazy("What they need from us"))
    cost_of_waiting = text_area(gettext_lazy("What standing still costs them"))
    step_text = line(gettext_lazy("Our next step with them"), 300)
    step_owner = line(gettext_lazy("Who of us"), 200)
    step_on = day(gettext_lazy("By when"))
    minimum = forms.MultipleChoiceField(
        label=gettext_lazy("They have had from us"), required=False, widget=forms.CheckboxSelectMultiple
    )
    blocks = line(gettext_lazy("What they block"), 300)
    unblocker = forms.ChoiceField(label=gettext_lazy("Who can lift it"), required=False)
    unblock_evidence = line(gettext_lazy("With which evidence"), 300)
    question = line(gettext_lazy("A question they asked"), 300)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, playbook: Playbook, lang: str, people: People, person: Person | None, **kwargs: Any):
        super().__init__(*args, playbook=playbook, lang=lang, **kwargs)
        self.playbook, self.lang = playbook, lang
        levels: Choices = [("", _("not judged"))] + [(str(n), str(n)) for n in range(1, TOP_LEVEL + 1)]
        set_choices(self, "influence", levels)
        set_choices(self, "interest", levels)
        others = [(str(row.id), row.name) for row in people.rows if person is None or row.id != person.id]
        set_choices(self, "unblocker", [PICK, *others])
        part = playbook.relationships
        kinds = types_of(person.fact, part) if person and person.fact.roles else part.types
        needs = [(need, playbook.text(f"relationship.need.{need}", lang)) for kind in kinds for need in kind.needs]
        set_choices(self, "minimum", needs)
        for scale in part.scales:
            self._add_scale(scale.key)

    def _add_scale(self, key: str) -> None:
        words = [self.playbook.text(f"relationship.scale.{key}.{n}", self.lang) for n in ("zero", "one", "two")]
        label = self.playbook.text(f"relationship.scale.{key}.label", self.lang)
        self.fields[f"depth_{key}"] = radios(label, [(str(n), words[n]) for n in range(TOP_DEPTH + 1)])
        self.fields[f"seen_{key}"] = line(_("What was seen"), 300)

    @property
    def scales(self) -> list[tuple[Any, Any]]:
        keys = [scale.key for scale in self.playbook.relationships.scales]
        return [(self[f"depth_{key}"], self[f"seen_{key}"]) for key in keys]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for scale in self.playbook.relationships.scales:
            if cleaned.get(f"depth_{scale.key}", "0") not in ("", "0") and not cleaned.get(f"seen_{scale.key}"):
                self.add_error(f"seen_{scale.key}", _("Say what was seen: a point rests on something observed."))
        return cleaned

    def read_state(self, before: Mapping[str, date], on: date) -> dict[str, Any]:
        """What the next version says; a need ticked before keeps its day."""
        data = self.cleaned_data
        names = ("decision_part", "cares_about", "needs", "cost_of_waiting", "step_text", "step_owner", "step_on",
                 "blocks", "unblock_evidence")  # fmt: skip
        shown = {need for need, _label in self.fields["minimum"].choices}  # type: ignore[attr-defined]
        given = {need: day.isoformat() for need, day in before.items() if need not in shown}
        given |= {need: before.get(need, on).isoformat() for need in data["minimum"]}
        levels = {name: int(data[name]) if data[name] else None for name in ("influence", "interest")}
        depth = {
            scale.key: {"points": int(data[f"depth_{scale.key}"] or 0), "seen": data[f"seen_{scale.key}"]}
            for scale in self.playbook.relationships.scales
        }
        plain = {name: data[name].strip() if isinstance(data[name], str) else data[name] for name in names}
        return plain | levels | {"minimum": given, "depth": depth, "unblocker_id": as_id(data["unblocker"])}


class ReviewForm(forms.Form):
    """One review on the way to approval."""

    title = line(gettext_lazy("What is reviewed"), 200, required=True, placeholder=gettext_lazy("Security review"))
    reviewer = forms.ChoiceField(label=gettext_lazy("Who reviews it"), required=False)
    role = forms.ChoiceField(label=gettext_lazy("In which role"), required=False)
    artefact = line(
        gettext_lazy("What they need to have"), 300, placeholder=gettext_lazy("The filled-in security questions")
    )
    lead_days = forms.IntegerField(
        label=gettext_lazy("Working days they plan"), min_value=0, max_value=999, required=False
    )
    last_days = forms.IntegerField(
        label=gettext_lazy("Working days it took last time"), min_value=0, max_value=999, required=False,
        help_text=gettext_lazy("In their last similar purchase. It counts before the plan."),
    )  # fmt: skip
    position = forms.IntegerField(
        label=gettext_lazy("Place in the order"), min_value=1, max_value=99, required=False,
        help_text=gettext_lazy("Two reviews with the same place run side by side."),
    )  # fmt: skip
    done_on = day(gettext_lazy("Done on"))
    step = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, playbook: Playbook, lang: str, people: People, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(
            self, "role", [PICK, *((role.key, playbook.label("role", role.key, lang)) for role in playbook.roles)]
        )
        set_choices(self, "reviewer", [PICK, *((str(row.id), row.name) for row in people.rows)])

    def read_values(self) -> dict[str, Any]:
        data = self.cleaned_data
        names = ("title", "role", "artefact", "lead_days", "last_days", "done_on")
        values = {name: data[name] for name in names} | {"reviewer_id": as_id(data["reviewer"])}
        return values | ({"position": data["position"]} if data["position"] else {})


class AnswersForm(forms.Form):
    """What makes a yes, a no, a not-yet; how approval is given."""

    mechanism = radios(gettext_lazy("How is approval given?"), list(Mechanism.choices))
    yes_when = text_area(gettext_lazy("What makes it a yes?"))
    no_when = text_area(gettext_lazy("What makes it a no?"))
    not_yet_when = text_area(gettext_lazy("What makes it a not-yet?"))
    ready_when = text_area(gettext_lazy("What does “ready to approve” mean to them?"))
    last_purchase = line(gettext_lazy("Their last similar purchase, and how it went"), 300)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ConfirmForm(forms.Form):
    """The recap, and who confirmed it."""

    recap = forms.CharField(label=gettext_lazy("The recap"), max_length=4000, widget=forms.Textarea(attrs={"rows": 8}))
    person = forms.ChoiceField(
        label=gettext_lazy("Who confirmed it"), required=False,
        help_text=gettext_lazy("Left empty, it goes on record as our own understanding."),
    )  # fmt: skip
    confirmed_on = day(gettext_lazy("When"), required=True)
    attachment = EvidenceFileField(
        label=gettext_lazy("Their answer as a file"), required=False,
        help_text=gettext_lazy("An e-mail (.eml), a calendar file or a PDF, up to 25 MB."),
    )  # fmt: skip

    def __init__(self, *args: Any, people: People, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "person", [PICK, *((str(row.id), row.name) for row in people.rows)])


class MeetingForm(forms.Form):
    """The commitment meeting before it is held."""

    planned_on = day(gettext_lazy("Day of the meeting"))
    decide_by = day(gettext_lazy("Decision by"))
    evaluation_cost = AmountField(
        label=gettext_lazy("What evaluating costs them"), max_digits=14, decimal_places=2, min_value=0, required=False
    )
    standing_cost = AmountField(
        label=gettext_lazy("What a month of standing still costs them"), max_digits=14, decimal_places=2, min_value=0,
        required=False,
    )  # fmt: skip
    needed = forms.MultipleChoiceField(
        label=gettext_lazy("Who must be there"), required=False, widget=forms.CheckboxSelectMultiple
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: People, steps: int = 0, **kwargs: Any) -> None:
        """``steps``: how many there are already; some empty lines follow them."""
        super().__init__(*args, **kwargs)
        set_choices(self, "needed", [(str(row.id), row.name) for row in people.rows])
        sent = sum(name.startswith("step_text_") for name in self.data)
        self.count = min(sent or steps + SPARE_STEPS, MOST_STEPS)
        for number in range(1, self.count + 1):
            self._add_step(number)

    def _add_step(self, number: int) -> None:
        labels = {
            "text": _("Step %(n)d: what"), "owner": _("Step %(n)d: who"), "on": _("Step %(n)d: by when"),
        }  # fmt: skip
        said = {name: label % {"n": number} for name, label in labels.items()}
        self.fields[f"step_text_{number}"] = line(said["text"], 200)
        self.fields[f"step_owner_{number}"] = line(said["owner"], 200)
        self.fields[f"step_on_{number}"] = day(said["on"])
        for name, label in said.items():
            self.fields[f"step_{name}_{number}"].widget.attrs["aria-label"] = label

    @property
    def step_rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"step_{name}_{n}"] for name in ("text", "owner", "on")] for n in range(1, self.count + 1)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for n in range(1, self.count + 1):
            if not cleaned.get(f"step_text_{n}") and (cleaned.get(f"step_owner_{n}") or cleaned.get(f"step_on_{n}")):
                self.add_error(f"step_text_{n}", _("Say what this step is, or clear the line."))
        return cleaned

    @property
    def steps(self) -> list[dict[str, str]]:
        """The lines with a step on them."""
        rows = [[self.cleaned_data[f"step_{name}_{n}"] for name in ("text", "owner", "on")]
                for n in range(1, self.count + 1)]  # fmt: skip
        return [{"text": text, "owner": owner, "on": on.isoformat() if on else ""} for text, owner, on in rows if text]

    @property
    def needed_ids(self) -> list[UUID]:
        return [UUID(pk) for pk in self.cleaned_data["needed"]]


def start_steps(steps: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """First values of the lines."""
    return {
        f"step_{name}_{number}": step[name]
        for number, step in enumerate(steps, start=1)
        for name in ("text", "owner", "on")
    }


class AnswerForm(forms.Form):
    """What came of the commitment meeting; fields of the other answers are not looked at."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What came of it"), widget=forms.RadioSelect,
        choices=[(Outcome.GIVEN, gettext_lazy("They commit to go on")), (Outcome.REFUSED, gettext_lazy("They refuse")),
                 (Outcome.ADJOURNED, gettext_lazy("Adjourned"))],
    )  # fmt: skip
    held_on = day(gettext_lazy("Held on"), required=True)
    came = forms.MultipleChoiceField(
        label=gettext_lazy("Who came"), required=False, widget=forms.CheckboxSelectMultiple
    )
    agrees = forms.MultipleChoiceField(
        label=gettext_lazy("Who agreed to steps and time frame"), required=False, widget=forms.CheckboxSelectMultiple
    )
    benefit = text_area(gettext_lazy("The benefit they see, in their words"))
    sets_target = forms.BooleanField(label=gettext_lazy("Make the agreed day the deal's target date"), required=False)
    reason = forms.ChoiceField(label=gettext_lazy("Why they refused"), required=False)
    reason_text = text_area(gettext_lazy("In their words"))
    monthly_cost = AmountField(
        label=gettext_lazy("What a month of this deal costs us"), max_digits=14, decimal_places=2, min_value=0,
        required=False,
        help_text=gettext_lazy("From it and the months a deal usually takes follows what stopping now saves."),
    )  # fmt: skip
    cost_saved = AmountField(
        label=gettext_lazy("Or the cost saved, if you know it"),
        max_digits=14,
        decimal_places=2,
        min_value=0,
        required=False,
    )
    next_on = day(gettext_lazy("Meet again on"))
    meeting = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: People, playbook: Playbook, lang: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(str(row.id), row.name) for row in people.rows]
        set_choices(self, "came", rows)
        set_choices(self, "agrees", rows)
        reasons = playbook.commitment.refusals
        set_choices(
            self, "reason",
            [PICK, *((r.key, playbook.text(f"commitment.refusal.{r.key}.label", lang)) for r in reasons)],
        )  # fmt: skip
