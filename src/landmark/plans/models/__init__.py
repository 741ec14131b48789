"""Tables of the plan that seller and buyer share."""

from landmark.plans.models.plans import (
    ActionLink,
    ActionParty,
    Anchor,
    NeedState,
    Part,
    Plan,
    PlanAction,
    PlanConfirmation,
    Side,
)

__all__ = [
    "ActionLink",
    "ActionParty",
    "Anchor",
    "NeedState",
    "Part",
    "Plan",
    "PlanAction",
    "PlanConfirmation",
    "Side",
]
