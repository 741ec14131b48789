"""Documents of a deal: what each states about itself, what stands in it, what happens to odd input."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from landmark.documents.action_plan import ActionPlan, PlanAction, PlanPhase, write_action_plan
from landmark.documents.meetings import Agenda, Guest, Minutes, write_agenda, write_minutes
from landmark.documents.paper import Lines, Paper, _inputs, draw_pages, read_text, set_paper
from landmark.documents.pictures import FONT, CannotDraw, compile_pages
from landmark.documents.steps import Step
from landmark.documents.summaries import OfferPart, OnePage, write_one_page
from landmark.documents.writing import LANGUAGES, Writer, _load
from landmark.engines.audience import INTERNAL, SHARED
from tests.pure.documents.samples import DAY, SAMPLES, make_frame


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_every_document_is_a_pdf_that_states_its_day_and_version(kind: str, lang: str) -> None:
    paper = SAMPLES[kind](lang)
    assert set_paper(paper).startswith(b"%PDF")
    held = _inputs(paper)["paper.json"].decode()
    write = Writer(lang)
    assert write("as_of", day=write.day(DAY)) in held
    assert write("version", version=3) in held


def test_both_languages_have_the_same_words_and_gaps() -> None:
    english, italian = _load("en"), _load("it")
    assert list(english) == list(italian)
    for key, text in english.items():
        assert set(_gaps(text)) == set(_gaps(italian[key])), key


def _gaps(text: str) -> list[str]:
    return [part.split("}")[0] for part in text.split("{")[1:]]


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert set_paper(SAMPLES["recap"]("en")) == set_paper(SAMPLES["recap"]("en"))


def test_only_the_snapshot_and_the_hand_over_are_for_the_team() -> None:
    ours = {kind for kind, make in SAMPLES.items() if make("en").audience is INTERNAL}
    assert ours == {"deal_snapshot", "hand_over"}
    assert "For the team only" in _inputs(SAMPLES["hand_over"]("en"))["paper.json"].decode()
    assert "For the team only" not in _inputs(SAMPLES["recap"]("en"))["paper.json"].decode()


@pytest.mark.rule("9.3", "An executive summary opens with the decision and ends with who approves what by when")
def test_the_decision_comes_first_and_the_requests_last() -> None:
    text = read_text(SAMPLES["executive_summary"]("en"))
    order = ["The decision asked for", "What it brings", "Risks", "Where things stand", "Who approves what"]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)


@pytest.mark.rule("D", "The one-page summary follows the order goals, opportunity, concept, contractual frame")
def test_the_one_page_keeps_the_order_of_the_offer() -> None:
    text = read_text(SAMPLES["one_page"]("en"))
    order = ["Your goals", "What it is worth", "How it works", "The contract in short"]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)


@pytest.mark.rule("8.5", "The recap holds decision, commercial summary, plan, commitments and risks")
def test_the_recap_asks_for_one_word() -> None:
    text = read_text(SAMPLES["recap"]("en"))
    for words in ("Decision", "Commercial summary", "€84,000", "€12,000.50", "Plan", "committed", "Risks", "Confirmed"):
        assert words in text
    assert "84.000,50 €" in read_text(SAMPLES["recap"]("it")).replace("\xa0", " ")


def test_the_agenda_counts_its_clock_through() -> None:
    text = read_text(SAMPLES["agenda"]("en"))
    for words in ("10:00–10:50 (Europe/Rome)", "10:05", "10:15", "10:25", "10:40", "50 minutes"):
        assert words in text


def test_an_empty_agenda_says_what_to_do() -> None:
    paper = Agenda(frame=make_frame(), subject="s", goal="g", starts_at=_noon(), zone="UTC", items=())
    with pytest.raises(CannotDraw, match="Add at least one"):
        write_agenda(paper)


def _noon() -> datetime:

    return datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_names_in_any_writing_and_addresses_without_a_gap_do_not_stop_a_document() -> None:
    lines = Lines("🎉 שלום", ["مرحبا بالعالم", "x" * 300, "#let x = 1; $a_b$ \\ <b>"])
    paper = Paper(make_frame(deal="דוד & 🚀"), SHARED, "n", "مرحبا 🎉", [lines])
    assert set_paper(paper).startswith(b"%PDF")


def test_a_plan_of_500_actions_is_set_without_its_drawing() -> None:
    actions = [PlanAction(text=f"Action {n}", starts_on=None, due_on=DAY + timedelta(days=n % 90)) for n in range(500)]
    plan = ActionPlan(frame=make_frame(), goal="g", phases=[PlanPhase("All", actions)])
    assert len(draw_pages(write_action_plan(plan))) > 5


def test_a_paper_with_too_many_rows_is_refused_in_a_sentence() -> None:
    actions = [PlanAction(text="a", starts_on=None, due_on=None)] * 2001
    with pytest.raises(CannotDraw, match="at most"):
        set_paper(write_action_plan(ActionPlan(frame=make_frame(), goal="g", phases=[PlanPhase("", actions)])))


def test_a_plan_without_days_has_no_drawing_and_a_day_alone_is_drawn() -> None:
    one = PlanAction(text="Decide", starts_on=None, due_on=date(2026, 4, 30), decides="Go or no go")
    for action in (one, replace(one, due_on=None)):
        plan = ActionPlan(frame=make_frame(), goal="g", phases=[PlanPhase("Prove", [action])])
        assert set_paper(write_action_plan(plan)).startswith(b"%PDF")


def _draw(sign: str) -> bytes:
    source = f'#set page(width: auto, height: auto)\n#set text(font: "{FONT}")\n{sign}'
    return compile_pages({"main": source.encode()}, "png")[0]


@pytest.mark.parametrize("sign", ["🚀", "😀", "ش", "ם", "ж", "ệ", "ส", "र", "✓", "→", "◆"])
def test_names_in_other_writing_and_signs_are_drawn_and_no_empty_boxes(sign: str) -> None:
    pytest.importorskip("manimgx_fonts", reason="the fonts of other writing come with this package")
    assert _draw(sign) != _draw("\U000f1234")  # a sign that no font has


def _minutes(text: str) -> Minutes:
    return Minutes(
        frame=make_frame(), subject="Review", held_on=DAY, outcome="Yes, but", decision="Yes, once it was tried",
        present=(Guest("Bruno Keller", "Head of operations"),), conditions=(Step("Try it", "Bruno Keller", DAY),),
        text=text,
    )  # fmt: skip


def test_minutes_do_not_tell_twice_what_their_text_tells() -> None:
    told = read_text(write_minutes(_minutes("There: Bruno Keller.\n\nConditions\n- Try it: Bruno Keller")))
    assert told.count("Try it") == 1
    assert "- Try it" not in told
    assert "Head of operations" not in told
    short = read_text(write_minutes(_minutes("We met.")))
    assert "Conditions and how they are met" in short
    assert "Head of operations" in short
    assert "Decision: Yes, but" in short


def test_the_offer_on_one_page_shrinks_to_one_page_and_takes_more_when_it_must() -> None:
    def count(lines: int) -> int:
        part = OfferPart([f"{n}: {'words that say something ' * 5}" for n in range(lines)], "A challenge", "A value")
        parts = dict.fromkeys(("goals", "opportunity", "concept", "contract"), part)
        return len(draw_pages(write_one_page(OnePage(frame=make_frame(), decision="Decide", parts=parts))))

    assert count(3) == count(9) == 1
    assert count(14) > 1
