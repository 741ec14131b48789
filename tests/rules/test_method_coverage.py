"""Every rule of the method can be named with its test."""

from tests.method_coverage import PAGE, read_rules, write_page


def test_the_table_of_rules_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_page(), "run `make reference`"


def test_every_rule_names_the_code_it_is_about() -> None:
    assert [rule.test for rule in read_rules() if not rule.where] == []


def test_no_rule_is_told_twice_by_one_test() -> None:
    told = [(rule.system, rule.what, rule.test) for rule in read_rules()]
    assert len(told) == len(set(told))


def test_every_system_of_the_deal_room_is_shown_by_a_test() -> None:
    room = "M C D 4.1 4.2 4.3 4.4 4.5 5.1 5.2 5.3 5.4 5.5 8.5 9.1 9.2 9.3 9.4 9.5 10.3 12.3".split()
    assert set(room) - {rule.system for rule in read_rules()} == set()
