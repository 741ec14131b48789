"""What is done by the clock, one thing at a time.

Answers: that the trouble of one thing keeps nothing else back. Does not answer: what is due (each app), when to ask
(``landmark work``).
"""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
logger = logging.getLogger(__name__)


def do_each(things: Iterable[T], act: Callable[[T], int | None], tell: Callable[[T], str]) -> int:
    """The sum of what ``act`` returns. ``tell`` names for the log what failed; it is due again the next time."""
    done = 0
    for thing in things:
        try:
            done += act(thing) or 0
        except Exception:
            logger.exception("%s failed; it is tried again", tell(thing))
    return done
