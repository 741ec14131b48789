"""Forecast categories in words. Does not answer: which one a deal has (``cadence.categories``)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

CATEGORY_LABELS: Mapping[str, Any] = {
    "commit": gettext_lazy("Commit"),
    "best_case": gettext_lazy("Best case"),
    "pipeline": gettext_lazy("Pipeline"),
    "omitted": gettext_lazy("Omitted"),
    "": gettext_lazy("Not set"),
}


def name_category(category: str) -> str:
    return str(CATEGORY_LABELS.get(category, CATEGORY_LABELS[""]))
