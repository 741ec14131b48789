"""What was known when: corrections, retractions, late knowledge, and the two readings of a date."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine

from landmark.ledger.append import append_audit, append_changes, append_evidence
from landmark.ledger.inputs import Actor, LedgerError, NewAudit, NewChange, NewEvidence
from landmark.ledger.models import AuditEvent, Evidence, FieldChange
from landmark.ledger.queries import find_day_end, find_moment

pytestmark = pytest.mark.django_db
ORG, DEAL = uuid4(), uuid4()
ALICE = Actor(uuid4(), "Alice")


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def record(key: str, when: datetime, *, supersedes: UUID | None = None, is_retracted: bool = False) -> UUID:
    """Evidence written down at a moment of May 2026."""
    with time_machine.travel(when, tick=False):
        row = NewEvidence(DEAL, key, when, supersedes=supersedes, is_retracted=is_retracted)
        return append_evidence(ORG, [row], by=ALICE, source="web")[0]


def report(key: str, occurred: datetime, known: datetime) -> UUID:
    """Evidence an import brings, known to its source at some moment."""
    row = NewEvidence(DEAL, key, occurred, known_at=known)
    return append_evidence(ORG, [row], by=Actor(), source="import")[0]


def known(moment: date | datetime) -> set[str]:
    return set(Evidence.objects.for_deal(ORG, DEAL).as_known(moment).values_list("key", flat=True))


def test_a_date_is_its_first_moment_and_through_is_its_last() -> None:
    assert find_moment(date(2026, 5, 4)) == datetime(2026, 5, 4, tzinfo=UTC)
    assert find_day_end(date(2026, 5, 4)) == datetime(2026, 5, 4, 23, 59, 59, 999999, tzinfo=UTC)
    with pytest.raises(LedgerError, match="time zone"):
        find_moment(datetime(2026, 5, 4))  # noqa: DTZ001 - the fault under test


def test_evidence_of_a_day_is_known_through_it_and_not_at_its_start() -> None:
    record("pain", at(4))
    deal = Evidence.objects.for_deal(ORG, DEAL)
    assert known(date(2026, 5, 4)) == set()
    assert known(date(2026, 5, 5)) == {"pain"}
    assert deal.as_known_through(date(2026, 5, 3)).count() == 0
    assert deal.as_known_through(date(2026, 5, 4)).count() == 1


def test_what_became_known_at_the_very_moment_is_known() -> None:
    report("pain", at(1), datetime(2026, 5, 4, tzinfo=UTC))
    assert known(date(2026, 5, 4)) == {"pain"}
    assert known(datetime(2026, 5, 4, tzinfo=UTC) - timedelta(microseconds=1)) == set()


def test_known_at_decides_not_the_day_it_happened_nor_the_day_we_wrote_it() -> None:
    report("pain", at(1), at(10))
    assert known(at(9)) == set()
    assert known(at(10)) == {"pain"}


def test_a_correction_takes_over_from_the_moment_it_is_known() -> None:
    first = record("pain", at(4))
    second = record("metric", at(6), supersedes=first)
    record("budget", at(8), supersedes=second)
    assert [known(at(day)) for day in (3, 5, 7, 9)] == [set(), {"pain"}, {"metric"}, {"budget"}]


def test_a_retraction_leaves_nothing_standing() -> None:
    first = record("pain", at(4))
    record("pain", at(6), supersedes=first, is_retracted=True)
    assert [known(at(day)) for day in (5, 7)] == [{"pain"}, set()]


def test_another_deal_and_another_organisation_stay_out() -> None:
    record("pain", at(4))
    assert not Evidence.objects.for_deal(ORG, uuid4()).exists()
    assert not Evidence.objects.for_deal(uuid4(), DEAL).exists()
    assert Evidence.objects.for_org(ORG).count() == 1


def change(
    field: str, new: str, when: datetime, *, known_at: datetime | None = None, is_personal: bool = False
) -> None:
    source, by = ("import", Actor()) if known_at else ("web", ALICE)
    with time_machine.travel(known_at or when, tick=False):
        row = NewChange("deal", DEAL, field, "", new, when, deal_id=DEAL, known_at=known_at, is_personal=is_personal)
        append_changes(ORG, [row], by=by, source=source)


def test_values_stand_as_they_were_known() -> None:
    change("amount", "10", at(1))
    change("amount", "12", at(5))
    change("stage", "proof", at(3))
    change("sponsor", "Carla", at(4), is_personal=True)
    rows = FieldChange.objects.for_object(ORG, "deal", DEAL)
    assert rows.values_at(at(2)) == {DEAL: {"amount": "10"}}
    assert rows.values_at(at(6)) == {DEAL: {"amount": "12", "stage": "proof", "sponsor": "Carla"}}
    assert rows.values_at(date(2026, 5, 1)) == {}
    assert rows.as_known_through(date(2026, 5, 1)).count() == 1


def test_late_knowledge_does_not_reach_back() -> None:
    change("amount", "10", at(1), known_at=at(1))
    change("amount", "12", at(2), known_at=at(8))
    rows = FieldChange.objects.for_org(ORG)
    assert rows.values_at(at(5)) == {DEAL: {"amount": "10"}}
    assert rows.values_at(at(8)) == {DEAL: {"amount": "12"}}


def test_of_two_changes_at_one_time_the_later_known_wins() -> None:
    change("amount", "12", at(1), known_at=at(3))
    change("amount", "10", at(1), known_at=at(2))
    assert FieldChange.objects.for_org(ORG).values_at(at(4)) == {DEAL: {"amount": "12"}}


def test_audit_of_one_object() -> None:
    deal = NewAudit("move", "deal", DEAL, deal_id=DEAL)
    append_audit(ORG, [deal, NewAudit("move", "deal", uuid4())], by=ALICE, source="web")
    assert AuditEvent.objects.about(ORG, "deal", DEAL).count() == 1


def test_words_come_with_the_rows_in_one_query(django_assert_num_queries: pytest.FixtureRequest) -> None:
    for n in range(3):
        record(f"key_{n}", at(4 + n))
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert [row.author for row in Evidence.objects.for_deal(ORG, DEAL).with_text()] == ["Alice"] * 3
