"""A small made-up market with known dynamics, for tests of the forecast."""

import numpy as np

from landmark.forecast.history import LOST, OPEN, WON, History

START = 18_993  # 2022-01-01
MILESTONES = ("Demo held", "Terms sent", "Sponsor met")


def make_history(deals: int = 400, days: int = 300, seed: int = 1, won_only: bool = False) -> History:
    """Deals open evenly over ``days``; those with terms sent close faster, those with a sponsor are won more often."""
    random = np.random.default_rng(seed)
    opened = START + np.floor(random.random(deals) * days * 1e3) / 1e3
    length = random.exponential(30.0, deals) + 1.0
    sponsored = random.random(deals) < 0.5
    is_won = (random.random(deals) < np.where(sponsored, 0.75, 0.15)) | won_only
    closed = opened + length
    over = closed <= START + days
    rows = [
        (deal, opened[deal] + share * length[deal], code)
        for deal in range(deals)
        for code, share, happens in ((0, 0.2, True), (1, 0.7, True), (2, 0.4, bool(sponsored[deal])))
        if happens and opened[deal] + share * length[deal] <= START + days
    ]
    event_deal, event_at, event_code = (np.array(column) for column in zip(*rows, strict=True))
    return History(
        deal_ids=np.array([f"D{deal}" for deal in range(deals)], object),
        opened=opened,
        closed=np.where(over, closed, np.nan),
        outcome=np.where(over, np.where(is_won, WON, LOST), OPEN).astype(np.int8),
        known_from=np.full(deals, np.nan),
        event_deal=event_deal.astype(np.int32),
        event_at=event_at.astype(np.float64),
        event_known=event_at.astype(np.float64),
        event_code=event_code.astype(np.int32),
        milestones=MILESTONES,
        attributes={
            "amount": np.array([f"{10 ** (2 + 2 * value):.2f}" for value in random.random(deals)], object),
            "segment": np.array(random.choice(["small", "large", None], deals).tolist(), object),
            "nothing": np.array([None] * deals, object),
        },
        complete_to=START + days,
    )


def cut(history: History, day: float) -> History:
    """The files as they would have been on the day: later rows do not exist. Not the product's own cut."""
    keep = [place for place in range(history.deal_ids.size) if history.opened[place] <= day]
    new = {old: place for place, old in enumerate(keep)}
    closed = np.array([history.closed[place] if history.closed[place] <= day else np.nan for place in keep])
    events = [
        place
        for place in range(history.event_deal.size)
        if history.event_at[place] <= day and int(history.event_deal[place]) in new
    ]
    changes = [
        place
        for place in range(history.change_deal.size)
        if history.change_at[place] <= day and int(history.change_deal[place]) in new
    ]
    names = list(dict.fromkeys(history.milestones[history.event_code[place]] for place in events))
    return History(
        deal_ids=history.deal_ids[keep],
        opened=history.opened[keep],
        closed=closed,
        outcome=np.where(np.isnan(closed), OPEN, history.outcome[keep]).astype(np.int8),
        known_from=history.known_from[keep],
        event_deal=np.array([new[int(history.event_deal[place])] for place in events], np.int32),
        event_at=history.event_at[events],
        event_known=history.event_known[events],
        event_code=np.array([names.index(history.milestones[history.event_code[place]]) for place in events], np.int32),
        milestones=tuple(names),
        attributes={name: column[keep] for name, column in history.attributes.items()},
        change_deal=np.array([new[int(history.change_deal[place])] for place in changes], np.int32),
        change_at=history.change_at[changes],
        change_field=history.change_field[changes],
        change_value=history.change_value[changes],
        complete_to=day,
    )
