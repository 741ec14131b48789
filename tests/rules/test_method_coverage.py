"""Every rule of the method can be named with its test."""

from tests.method_coverage import PAGE, read_rules, write_page


def test_the_table_of_rules_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_page(), "run `make reference`"


def test_every_rule_names_the_code_it_is_about() -> None:
    assert [rule.test for rule in read_rules() if not rule.where] == []


def test_no_rule_is_told_twice_by_one_test() -> None:
    told = [(rule.system, rule.what, rule.test) for rule in read_rules()]
    assert len(told) == len(set(told))
