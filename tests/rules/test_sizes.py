"""House budgets that the linter does not measure: file length and the median function."""

import ast
import statistics
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "landmark"
FILES = [p for p in sorted(SOURCE.rglob("*.py")) if "migrations" not in p.parts]


def function_lengths() -> list[int]:
    trees = (ast.parse(path.read_text()) for path in FILES)
    nodes = (n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))
    return [(n.end_lineno or n.lineno) - n.lineno + 1 for n in nodes]


def test_no_file_is_longer_than_500_lines() -> None:
    assert {str(p): n for p in FILES if (n := len(p.read_text().splitlines())) > 500} == {}


def test_the_median_function_is_at_most_ten_lines_and_none_is_over_fifty() -> None:
    lengths = function_lengths()
    assert statistics.median(lengths) <= 10
    assert max(lengths) <= 50


def test_every_module_says_what_it_answers() -> None:
    modules = [path for path in FILES if path.name != "__init__.py"]
    silent = [str(p.relative_to(SOURCE)) for p in modules if not ast.get_docstring(ast.parse(p.read_text()))]
    assert silent == []
