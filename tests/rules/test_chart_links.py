"""Every part of a page that calls itself a chart has its files: a table as CSV, what is drawn as PNG too."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "src" / "landmark" / "workspace" / "templates"
PART = re.compile(r'data-chart="([\w-]+)"')
LINKS = r'{%% chart_links "%s"(?: "([a-z ]+)")? %%}'
INCLUDE = re.compile(r'{% include "([^"]+)"[^%]*%}')


def read(name: str) -> str:
    """A template with what it takes in."""
    return INCLUDE.sub(lambda found: read(found[1]), (TEMPLATES / name).read_text())


def parts() -> Iterator[tuple[str, str]]:
    for template in sorted(TEMPLATES.rglob("*.html")):
        for chart in PART.findall(template.read_text()):
            yield str(template.relative_to(TEMPLATES)), chart


@pytest.mark.parametrize(("template", "chart"), [*parts()])
def test_every_chart_links_to_its_files(template: str, chart: str) -> None:
    part = read(template).split(f'data-chart="{chart}"', 1)[1]
    links = list(re.finditer(LINKS % chart, part))
    assert links, f'put {{% chart_links "{chart}" %}} at the end of the part'
    is_drawn = '<svg class="chart' in part[: links[0].start()]
    offers_png = any(link[1] in {None, "png csv"} for link in links)
    assert offers_png == is_drawn, "PNG where there is a drawing, and only there"
