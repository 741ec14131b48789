"""Dated rates: which counts when, known since when, exact to the cent; forecasts use the rates of their day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from landmark.cadence.book import read_book, sums_by_type
from landmark.cadence.models import CurrencyRate
from landmark.cadence.rate_actions import BadRates, add_rate, import_rates, read_rate_file
from landmark.cadence.rates import Rate, Rates, convert, read_rates
from landmark.deals.policies import Refused
from landmark.orgs.as_of import latest, on_day
from landmark.outlook.periods import period_containing
from tests.apps.cadence.weekly import Crew, make_crew
from tests.apps.outlook.company import store_forecast
from tests.factories import make_deal

JAN, FEB = date(2026, 1, 5), date(2026, 2, 5)
RATES = Rates("EUR", {"USD": (Rate("USD", JAN, Decimal("0.90")), Rate("USD", FEB, Decimal("0.80")))})


@pytest.mark.parametrize(
    ("day", "worth"),
    [
        (date(2026, 1, 4), None),
        (JAN, "90.00"),
        (date(2026, 2, 4), "90.00"),
        (FEB, "80.00"),
        (date(2027, 1, 1), "80.00"),
    ],
)
def test_the_newest_rate_of_the_day_or_before_counts(day: date, worth: str | None) -> None:
    assert convert(Decimal(100), "USD", day, RATES) == (None if worth is None else Decimal(worth))


def test_the_own_currency_needs_none_and_an_unknown_one_has_none() -> None:
    assert convert(Decimal("1.005"), "EUR", JAN, RATES) == Decimal("1.005")
    assert convert(Decimal(1), "", JAN, RATES) == Decimal(1)
    assert convert(Decimal(1), "CHF", JAN, RATES) is None


def test_half_a_cent_goes_to_the_even_one() -> None:
    rates = Rates("EUR", {"USD": (Rate("USD", JAN, Decimal("0.5")),)})
    assert [convert(Decimal(text), "USD", JAN, rates) for text in ("0.01", "0.03")] == [
        Decimal("0.00"),
        Decimal("0.02"),
    ]


@pytest.fixture
def crew(db: None) -> Crew:
    return make_crew()


def test_a_rate_typed_in_counts_from_now_an_imported_one_from_its_day(crew: Crew) -> None:
    week_ago = timezone.now().date() - timedelta(days=7)
    add_rate(by=crew.ada, currency="usd", day=week_ago, rate=Decimal("0.9"))
    import_rates(f"currency,day,rate\nCHF,{week_ago},1.05\n".encode(), by=crew.ada)
    then = read_rates(crew.org, on_day(crew.org, timezone.now().date() - timedelta(days=1)))
    now = read_rates(crew.org, latest(crew.org))
    assert set(then.by_currency) == {"CHF"}
    assert set(now.by_currency) == {"CHF", "USD"}


def test_a_correction_leaves_yesterdays_forecast_as_it_was(crew: Crew) -> None:
    day = timezone.now().date() - timedelta(days=7)
    for rate in ("0.90", "0.95"):
        import_rates(f"currency,day,rate\nUSD,{day},{rate}\n".encode(), by=crew.ada)
    yesterday = on_day(crew.org, timezone.now().date() - timedelta(days=1))
    assert convert(Decimal(100), "USD", yesterday.on, read_rates(crew.org, yesterday)) == Decimal("90.00")
    assert convert(Decimal(100), "USD", latest(crew.org).on, read_rates(crew.org, latest(crew.org))) == Decimal("95.00")
    assert list(CurrencyRate.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_the_same_file_twice_adds_nothing(crew: Crew) -> None:
    content = b"\xef\xbb\xbfCurrency;Day;Rate\r\nUSD;2026-01-05;0,91\r\nUSD;2026-01-12;0,92\r\n"
    assert import_rates(content, by=crew.ada) == 2
    assert import_rates(content, by=crew.ada) == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2\n", "must name the columns"), (b"", "must name the columns"), (b"\xff\xfe\x00", "UTF-8"),
        (b"currency,day,rate\n", "no rates"), (b"currency,day,rate\nUSD,5 May,1\n", "Row 2: Write the day"),
        (b"currency,day,rate\nUSD,2026-01-05,1\nUSD,2026-01-05,2\n", "Row 3: The file gives this currency two"),
        (b"currency,day,rate\nEUR,2026-01-05,1\n", "Row 2: EUR is your own"),
        (b"currency,day,rate\nUSD,2999-01-05,1\n", "Row 2: A rate needs its day"),
        (b"currency,day,rate\nUSDX,2026-01-05,1\n", "Row 2: A currency has three letters"),
        (b"currency,day,rate\nUSD,2026-01-05,0\n", "Row 2: A rate is a number"),
        (b"currency,day,rate\nUSD,2026-01-05\n", "Row 2: Write the rate"),
        (b"currency,day,rate\nUSD,2026-01-05,NaN\n", "Row 2: A rate is a number"),
    ],
)  # fmt: skip
def test_a_file_with_a_bad_row_says_which_and_gives_nothing(crew: Crew, content: bytes, words: str) -> None:
    with pytest.raises(BadRates, match=words):
        import_rates(content, by=crew.ada)
    assert not CurrencyRate.objects.exists()


def test_many_bad_rows_are_told_in_few_words(crew: Crew) -> None:
    content = b"currency,day,rate\n" + b"USD,soon,1\n" * 100
    with pytest.raises(BadRates) as refused:
        read_rate_file(content, crew.org, timezone.now())
    assert len(refused.value.problems) == 21
    assert "80 more rows" in refused.value.problems[-1]


def test_who_may_not_enter_rates(crew: Crew) -> None:
    for member in (crew.alice, crew.bob, crew.eve):
        with pytest.raises(PermissionDenied):
            add_rate(by=member, currency="USD", day=JAN, rate=Decimal(1))
    with pytest.raises(Refused):
        add_rate(by=crew.ada, currency="EUR", day=JAN, rate=Decimal(1))


def test_the_database_refuses_a_rate_known_before_it_was_written_unless_imported(crew: Crew) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(IntegrityError), transaction.atomic():
        CurrencyRate.objects.create(
            org=crew.org, currency="USD", base="EUR", day=JAN, rate=1, source="web",
            known_at=now - timedelta(days=1), recorded_at=now,
        )  # fmt: skip


def test_sums_count_what_has_a_rate_and_tell_the_rest_apart(crew: Crew) -> None:
    abroad = make_deal(crew.alice, "Across the water", amount=Decimal("1000.55"), currency="USD")
    make_deal(crew.alice, "Up in the hills", amount=700, currency="CHF")
    store_forecast(crew.org, latest(crew.org).on, {crew.deal: (1.0, 0.0), abroad: (1.0, 0.0)})
    add_rate(by=crew.ada, currency="USD", day=timezone.now().date(), rate=Decimal("0.9"))
    as_of = latest(crew.org)
    book = read_book(crew.org, as_of, period_containing(crew.org, as_of.on))
    sums = book.sums_of(None)
    assert sums.apart == {"CHF": Decimal("700.00")}
    line = next(line for line in book.lines if line.deal.id == abroad.id)
    assert (line.converted, line.rate and line.rate.rate) == (Decimal("900.50"), Decimal("0.9"))
    assert book.draws is not None
    assert sums.model == book.draws.range().expected
    assert [rate.currency for rate in book.rates_used] == ["USD"]
    assert [one.kind for one in sums_by_type(book)] == [""]
