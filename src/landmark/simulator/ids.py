"""Ids in the shape Salesforce gives them: 15 characters that mind capitals, and 3 that tell which are capital."""

import numpy as np

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECK_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
NULL_ID = "000000000000000AAA"
PREFIXES = {
    "account": "001",
    "contact": "003",
    "user": "005",
    "role": "00E",
    "deal": "006",
    "history": "008",
    "contact_role": "00K",
    "task": "00T",
}
INSTANCE = "5g00000"


def _check_letter(five: str) -> str:
    return CHECK_LETTERS[sum(1 << place for place, letter in enumerate(five) if "A" <= letter <= "Z")]


def _make_ids(kind: str, count: int) -> list[str]:
    """Numbered from 1 in base 62, all at once: a large export has millions."""
    stem = PREFIXES[kind] + INSTANCE
    number = np.arange(1, count + 1)[:, None]
    digits = number // 62 ** np.arange(4, -1, -1) % 62
    is_capital = (digits >= 10) & (digits < 36)
    letters = np.empty((count, 18), "U1")
    letters[:, :10] = list(stem)
    letters[:, 10:15] = np.array(list(DIGITS))[digits]
    letters[:, 15:17] = [_check_letter(stem[:5]), _check_letter(stem[5:10])]
    letters[:, 17] = np.array(list(CHECK_LETTERS))[(is_capital << np.arange(5)).sum(axis=1)]
    return [str(text) for text in letters.view("U18").ravel()]


def account_ids(count: int) -> list[str]:
    return _make_ids("account", count)


def contact_ids(count: int) -> list[str]:
    return _make_ids("contact", count)


def user_ids(count: int) -> list[str]:
    return _make_ids("user", count)


def role_ids(count: int) -> list[str]:
    return _make_ids("role", count)


def deal_ids(count: int) -> list[str]:
    return _make_ids("deal", count)


def history_ids(count: int) -> list[str]:
    return _make_ids("history", count)


def contact_role_ids(count: int) -> list[str]:
    return _make_ids("contact_role", count)


def task_ids(count: int) -> list[str]:
    return _make_ids("task", count)
