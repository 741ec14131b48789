"""A seeded company whose dynamics are known, written in the importers' own formats.

Answers: what a plausible pipeline looks like, the same for the same seed. Does not answer: anything about a real
company; every name in it is made up.
"""

from landmark.simulator.company import Company
from landmark.simulator.eventlog import write_event_log
from landmark.simulator.salesforce import write_salesforce_zip
from landmark.simulator.simulate import simulate

__all__ = ["Company", "simulate", "write_event_log", "write_salesforce_zip"]
