"""``python -m tests.method_coverage`` writes docs/reference/method-coverage.md from the marks on the tests.

Answers: which rule of the method is shown by which test, and where the rule lives. Does not answer: whether the test
passes (the run does). The files are read, not imported, so a missing browser or database changes nothing.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "method-coverage.md"
SYSTEM = re.compile(r"^(?:[MCD]|\d{1,2}\.\d)$")
PURE = ("engines", "playbook", "forecast", "documents")
SHOWN_MODULES = 2
CARRIERS = (
    "playbook/loader", "playbook/schema", "playbook/strength", "engines/facts", "deals/models", "deals/inputs",
    "orgs/models", "orgs/roles",
)  # fmt: skip

HEAD = """# Rules of the method and their tests

Made by `make reference` from the marks `@pytest.mark.rule(system, what)` on the tests. M is milestones and attributes,
C getting the commitment, D decision and agreement; the numbers are the systems of the method.

| system | what | where | test |
|---|---|---|---|
"""


class Rule(NamedTuple):
    """One rule as a test shows it."""

    system: str
    what: str
    where: str
    test: str


def read_rules(folder: Path = ROOT / "tests") -> list[Rule]:
    """Every marked rule, by system, then in the order of the tests."""
    rules = [rule for file in sorted(folder.rglob("test_*.py")) for rule in _of_file(file)]
    return sorted(rules, key=lambda rule: _place(rule.system))


def write_page() -> str:
    return HEAD + "".join(
        f"| {rule.system} | {_cell(rule.what)} | {rule.where} | {_link(rule.test)} |\n" for rule in read_rules()
    )


def _place(system: str) -> tuple[int, int, int]:
    if system in "MCD":
        return (0, "MCD".index(system), 0)
    chapter, _, number = system.partition(".")
    return (1, int(chapter), int(number)) if chapter.isdigit() and number.isdigit() else (2, 0, 0)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _link(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[{name or Path(file).stem}](../../{file})"


def _of_file(file: Path) -> Iterator[Rule]:
    text = file.read_text(encoding="utf-8")
    if "mark.rule" not in text:
        return
    tree = ast.parse(text)
    imports, helpers = _imports(tree), _helpers(tree)
    name = file.relative_to(ROOT).as_posix()
    for node, title in _marked(tree):
        for call in _calls(node):
            said = _said(call, f"{name}:{call.lineno}")
            where = said.get("where") or ", ".join(_modules(node, imports, helpers)) or _screens(name)
            yield Rule(said["system"], said["text"], where, f"{name}::{title}" if title else name)


def _marked(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Tests, classes of tests and `pytestmark`, each with the name it goes by."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node, node.name
        elif isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets
        ):
            yield node, ""


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    roots = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else [node]
    for root in roots:
        for inner in ast.walk(root):
            is_call = isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute)
            if is_call and inner.func.attr == "rule" and ast.unparse(inner.func).endswith("mark.rule"):
                yield inner


def _said(call: ast.Call, place: str) -> dict[str, str]:
    """What a mark says, whether its words stand in order or by name."""
    try:
        said = dict(zip(("system", "text", "where"), (ast.literal_eval(arg) for arg in call.args), strict=False))
        said |= {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    except ValueError:
        raise SystemExit(f"{place}: write the mark's system and text as plain words in quotes") from None
    if not SYSTEM.match(said.get("system", "")) or not said.get("text", "").strip():
        raise SystemExit(f'{place}: a mark names a system such as "5.2" or "D" and says the rule in words')
    return said


def _imports(tree: ast.Module) -> dict[str, str]:
    """Each name a file imports from the product, and the module it comes from."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("landmark."):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found[alias.asname or alias.name] = whole if _is_module(whole) else str(node.module)
        elif isinstance(node, ast.Import):
            found |= {(a.asname or a.name): a.name for a in node.names if a.name.startswith("landmark.")}
    return found


def _helpers(tree: ast.Module) -> dict[str, ast.AST]:
    """The file's own functions, fixtures and constants, through which a test reaches the product."""
    found: dict[str, ast.AST] = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
    return found


def _screens(file: str) -> str:
    """A test that only asks for pages is about the screens."""
    return "`workspace`" if file.startswith(("tests/web/", "tests/browser/")) else ""


def _is_module(name: str) -> bool:
    path = ROOT / "src" / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def _modules(node: ast.AST, imports: dict[str, str], helpers: dict[str, ast.AST]) -> list[str]:
    """The product's modules a test uses, its helpers' included: deciding first, then by how often."""
    counts: dict[str, int] = {}
    for name in _names(node, helpers, set()):
        if name in imports:
            counts[imports[name]] = counts.get(imports[name], 0) + 1
    paths = {module: module.removeprefix("landmark.").replace(".", "/") for module in counts}
    rank = sorted(paths, key=lambda m: (paths[m] in CARRIERS, paths[m].split("/")[0] not in PURE, -counts[m], m))
    return [f"`{paths[module]}`" for module in rank[:SHOWN_MODULES]]


def _names(node: ast.AST, helpers: dict[str, ast.AST], seen: set[str]) -> Iterator[str]:
    for inner in ast.walk(node):
        name = inner.id if isinstance(inner, ast.Name) else inner.arg if isinstance(inner, ast.arg) else None
        if name is None:
            continue
        yield name
        if name in helpers and name not in seen:
            seen.add(name)
            yield from _names(helpers[name], helpers, seen)


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
