"""A note after a call, read by plain rules in both languages."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landmark.engines.note_dates import find_day
from landmark.engines.note_figures import FoundFigure, find_figures, read_number
from landmark.engines.notes import Known, Proposals, pick_language, read_note, split_sentences
from landmark.playbook.loader import load_playbook
from landmark.playbook.strength import Strength

FRIDAY = date(2026, 11, 20)
KNOWN = Known(("Giulia Rossi",), "Ada Conti", ("Northwind Freight",))
PART = load_playbook().discovery
ENGLISH = """Discovery call with Giulia Rossi (operations director) and Marco Bassi, IT lead. Giulia said they lose
46 hours a week on exceptions. 3.1 % of deliveries are missed, that costs about €12,000 a month in penalties.
The CFO Marta Bianchi signs. Marta confirmed the budget of 90k for this year. The timeline is not confirmed yet.
- about 120 late deliveries per week in the Verona warehouse
Next step: Marco sends the security questionnaire by Thursday. marta.bianchi@example.com"""
ITALIAN = """Incontro con Giulia Rossi e il direttore finanziario Paolo De Luca. Paolo ha confermato il budget di
50 mila euro. Perdono 20 ore alla settimana a causa di inserimenti doppi. Non è chiaro chi firma.
Costa circa 2.500 € al mese di straordinari. Prossimo passo: Giulia manda i dati entro il 3 dicembre."""


def read(text: str, known: Known = KNOWN) -> Proposals:
    assert PART is not None
    return read_note(" ".join(text.split("\n")) if "- " not in text else text, held_on=FRIDAY, part=PART, known=known)


@pytest.mark.rule("4.2", "A note holds evidence in the buyer's word when a buyer is named as saying it, else in ours")
def test_evidence_carries_whose_word_it_is() -> None:
    found = {proof.key: proof for proof in read(ENGLISH).evidence}
    assert (found["budget_confirmed"].author, found["budget_confirmed"].strength) == ("Marta Bianchi", Strength.BUYER)
    assert (found["discovery_held"].author, found["discovery_held"].strength) == ("", Strength.CLAIMED)


def test_what_is_doubted_denied_or_still_to_come_is_no_evidence() -> None:
    assert "timeline_confirmed" not in {proof.key for proof in read(ENGLISH).evidence}
    for sentence in ("They have no budget.", "Will Giulia confirm the budget?", "The budget might come.",
                     "Giulia would confirm the budget if asked.", "Il budget non è confermato."):  # fmt: skip
        assert read(sentence).evidence == (), sentence


def test_people_have_their_titles_roles_and_addresses() -> None:
    people = {person.name: person for person in read(ENGLISH).people}
    assert people["Giulia Rossi"].is_known
    assert (people["Marco Bassi"].title, people["Marco Bassi"].role) == ("IT lead", "technical_buyer")
    marta = people["Marta Bianchi"]
    assert (marta.role, marta.email, marta.is_known) == ("economic_buyer", "marta.bianchi@example.com", False)
    assert set(people) == {"Giulia Rossi", "Marco Bassi", "Marta Bianchi"}


PASTED = """Call with Northwind, Thursday 19 Nov, 45 min
Present: Giulia Rossi (Operations Director), Marco Bassi - IT Lead, new: Henrik Lund, CFO (joined for 10 min)
Also on the mail thread: petra.klein@northwind.example from purchasing
- Went through how exceptions are handled today
- Giulia said they lose about 46 hours a week on this because carriers send three formats
- Late deliveries: roughly 120 a week, penalties around 12k EUR per month according to Henrik
- Audit in March, they want it running before that. Giulia: "has to go live by 1 March"
- They'd like an exception closed within 2 hours, today it's more like 9
- Henrik decides, but Petra Klein (Head of Purchasing) signs. Above 75k it goes to the board
- Also talking to two others, price there is about 20% higher
Next: Giulia sends carrier files of one week by Tuesday
Next meeting 26 Nov 10:00 with Giulia, Marco and Henrik - demo on their own data"""


@pytest.mark.rule("4.2", "A pasted note of a call is read with its shorthand: dashes, quotations, headings, sources")
def test_a_pasted_note_is_read_with_its_shorthand() -> None:
    found = read(PASTED, Known(("Giulia Marin",), "Ada Conti", ("Northwind",)))
    people = {person.name: (person.title, person.role) for person in found.people}
    assert people == {
        "Giulia Rossi": ("Operations Director", ""), "Marco Bassi": ("IT Lead", "technical_buyer"),
        "Henrik Lund": ("CFO", "economic_buyer"), "Petra Klein": ("Head of Purchasing", "procurement"),
    }  # fmt: skip
    assert {proof.key: proof.author for proof in found.evidence} == {
        "timeline_confirmed": "Giulia Rossi", "decision_path_known": "", "urgency_driver": "",
    }  # fmt: skip
    figures = [(str(one.figure.amount), one.figure.counted, one.said_by) for one in found.impact]
    assert figures == [("46", "", "Giulia Rossi"), ("120", "late deliveries", "Henrik Lund"),
                       ("12000", "", "Henrik Lund")]  # fmt: skip
    assert [fact.step for fact in found.facts] == ["now", "why", "success", "who"]
    assert found.step is not None
    assert (found.step.owner, found.step.due_on) == ("Giulia Rossi", date(2026, 11, 24))


def test_our_own_people_and_the_account_are_no_new_people() -> None:
    assert read("Ada Conti met Northwind Freight on Monday.").people == ()


def test_the_next_step_has_its_owner_and_its_day() -> None:
    step = read(ENGLISH).step
    assert step is not None
    assert step.text.startswith("Marco sends the security questionnaire")
    assert (step.owner, step.due_on) == ("Marco Bassi", date(2026, 11, 26))


def test_figures_become_impact_of_the_right_kind_and_a_budget_does_not() -> None:
    found = [(line.kind, line.figure.amount, line.figure.unit, line.figure.period) for line in read(ENGLISH).impact]
    assert ("time", Decimal(46), "hours", "week") in found
    assert ("risk", Decimal(12000), "money", "month") in found
    assert ("time", Decimal(120), "count", "week") in found
    assert all(amount not in (90, 90_000) for _kind, amount, _unit, _period in found)


def test_an_italian_note_is_read_as_well() -> None:
    found = read(ITALIAN)
    assert {person.name: person.role for person in found.people if not person.is_known} == {
        "Paolo De Luca": "economic_buyer"
    }
    assert [(line.kind, line.figure.amount, line.figure.period) for line in found.impact] == [
        ("time", 20, "week"), ("cost", 2500, "month"),
    ]  # fmt: skip
    assert found.step is not None
    assert (found.step.owner, found.step.due_on) == ("Giulia Rossi", date(2026, 12, 3))
    assert found.evidence[0].author == "Paolo De Luca"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("by 2026-12-01", date(2026, 12, 1)), ("on 3/12", date(2026, 12, 3)),
        ("entro il 03.12.2026", date(2026, 12, 3)), ("26 November", date(2026, 11, 26)),
        ("November 26th", date(2026, 11, 26)), ("il 15 gennaio", date(2027, 1, 15)),
        ("by Friday", date(2026, 11, 27)), ("lunedì", date(2026, 11, 23)), ("tomorrow", date(2026, 11, 21)),
        ("in two weeks", None), ("in 2 weeks", date(2026, 12, 4)), ("tra 10 giorni", date(2026, 11, 30)),
        ("31/02", None), ("3.1 % of it", None), ("at 14.30 or so", None), ("no day here", None),
    ],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text: str, day: date | None) -> None:
    assert find_day(text, FRIDAY) == day


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("46 hours a week", FoundFigure(Decimal(46), "hours", "week")),
        ("€12,000 a month", FoundFigure(Decimal(12000), "money", "month", "EUR")),
        ("2.500,50 € al mese", FoundFigure(Decimal("2500.50"), "money", "month", "EUR")),
        ("1.5 million dollars per year", FoundFigure(Decimal(1_500_000), "money", "year", "USD")),
        ("40k euros a quarter", FoundFigure(Decimal(40_000), "money", "quarter", "EUR")),
        ("25 casi alla settimana", FoundFigure(Decimal(25), "count", "week", counted="casi")),
    ],
)
def test_figures_are_read_with_unit_and_period(text: str, figure: FoundFigure) -> None:
    assert next(find_figures(text)) == figure


def test_bare_numbers_are_no_figures() -> None:
    assert list(find_figures("We met at 10 in room 4, on 3 May 2026.")) == []
    assert read_number("1.234.567,8") == Decimal("1234567.8")


def test_short_forms_end_no_sentence_and_bullets_fall_away() -> None:
    assert split_sentences("Met Mr. Rossi today. He agreed.\n• Next: send it") == [
        "Met Mr. Rossi today.", "He agreed.", "Next: send it",
    ]  # fmt: skip


def test_the_language_is_the_one_whose_small_words_are_there() -> None:
    assert PART is not None
    assert pick_language("We met and they agree with the plan", PART.notes) == "en"
    assert pick_language("Oggi incontro con loro e la direzione", PART.notes) == "it"


def test_people_already_known_are_found_in_any_writing() -> None:
    known = Known(("ليلى حداد", "Zoë Ångström"), "Ada Conti")
    assert [person.name for person in read("قابلنا ليلى حداد 👍 and Zoë", known).people] == [
        "ليلى حداد",
        "Zoë Ångström",
    ]


@given(st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_no_note_breaks_the_reader(text: str) -> None:
    found = read(text)
    assert found.count >= 0


def test_a_long_note_is_read_in_bounded_time() -> None:
    assert read("Giulia Rossi said they lose 3 hours a day because of it. " * 2000).count > 0
