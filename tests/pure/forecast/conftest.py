"""Fewer boosting rounds and steps while testing: what is tested does not depend on how long a model is polished."""

from collections.abc import Iterator

import pytest

from landmark.forecast import hazards, trees


@pytest.fixture(scope="module", autouse=True)
def _short_fits(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if not request.module.__name__.endswith("test_real_data"):
            patch.setattr(trees, "ROUNDS", 20)
            patch.setattr(hazards, "ITERATIONS", 25)
        yield
