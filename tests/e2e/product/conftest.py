from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.product.product import Product, Visitor, bring_model


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Everything running, Rasa included."""
    data: Path = tmp_path_factory.mktemp("product")
    bring_model(data)
    running = Product(data)
    try:
        running.wait_serving()
        running.wait_rasa()
        yield running
    finally:
        if running.process.poll() is None:
            running.interrupt()


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    yield
    while Visitor.met:
        Visitor.met.pop().leave()
