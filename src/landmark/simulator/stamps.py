"""Times as Salesforce's weekly export writes them. Does not answer: how the event log writes them (``eventlog``)."""

import numpy as np

from landmark.simulator.company import Company, Floats
from landmark.simulator.eventlog import iso_days


def stamps(days: Floats) -> list[str]:
    """``2026-05-12 09:30:00``; blank for a missing time."""
    seconds = np.where(np.isnan(days), 0, np.round(days * 86_400)).astype("datetime64[s]")
    texts = np.char.replace(np.datetime_as_string(seconds), "T", " ")
    return [str(text) for text in np.where(np.isnan(days), "", texts)]


def midnights(days: Floats) -> list[str]:
    return [f"{day} 00:00:00" if day else "" for day in iso_days(np.floor(days))]


def export_times(company: Company) -> Floats:
    """The export's own time for each deal: closed ones rest, open ones were touched by the nightly run."""
    midnight = float(np.datetime64(company.end_on, "D").astype(int))
    return np.where(np.isnan(company.deals.closed), midnight, company.deals.closed)
