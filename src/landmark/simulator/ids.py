"""Ids in the shape Salesforce gives them: 15 characters that mind capitals, and 3 that tell which are capital."""

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
    stem = PREFIXES[kind] + INSTANCE
    middle = _check_letter(stem[:5]) + _check_letter(stem[5:10])
    ids = []
    for number in range(1, count + 1):
        tail = ""
        for _ in range(5):
            number, place = divmod(number, 62)
            tail = DIGITS[place] + tail
        ids.append(f"{stem}{tail}{middle}{_check_letter(tail)}")
    return ids


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
