"""Chart colours for files: the style sheet of the screen, with every name replaced by its light colour.

Answers: the rules that paint a drawing outside the browser. Does not answer: how a drawing becomes a file
(``documents.pictures``). The painter there reads simple selectors only, which is why charts.css is flat.
"""

import re
from functools import cache
from importlib.resources import files

_TOKEN = re.compile(r"--([\w-]+):\s*([^;]+);")
_LIGHT = re.compile(r"light-dark\(((?:[^(),]|\([^()]*\))+),\s*(?:[^()]|\([^()]*\))+\)")
_NAME = re.compile(r"var\(--([\w-]+)\)")
_LAYER = re.compile(r"@layer\s+[\w-]+\s*\{(.*)\}\s*$", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_FONT = '"Source Sans Pro"'


@cache
def paint_rules() -> str:
    """Flat CSS of every chart in light colours; KeyError for a name that tokens.css does not own."""
    tokens = {name: _LIGHT.sub(r"\1", value).strip() for name, value in _TOKEN.findall(_read("tokens.css"))}
    tokens["font"] = _FONT
    sheet = _LAYER.search(_COMMENT.sub("", _read("charts.css")))
    if sheet is None:
        raise ValueError("charts.css has no layer")
    return _NAME.sub(lambda found: tokens[found.group(1)], sheet.group(1)).strip()


def paint(svg: str) -> str:
    """A drawing from a page as a document of its own."""
    start, rest = svg.split(">", 1)
    name = "" if "xmlns=" in start else ' xmlns="http://www.w3.org/2000/svg"'
    return f"{start}{name}><style>{paint_rules()}</style>{rest}"


def _read(name: str) -> str:
    return _COMMENT.sub("", (files("landmark.ui") / "static" / "ui" / name).read_text())
