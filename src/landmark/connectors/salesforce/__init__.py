"""Salesforce: the weekly Data Export, and the same objects as the API gives them.

Answers: which deals, history, people and activities an export holds. Does not answer: reports and workbooks.
"""

from landmark.connectors.salesforce.columns import Export, find_export
from landmark.connectors.salesforce.parse import read_salesforce

__all__ = ["Export", "find_export", "read_salesforce"]
