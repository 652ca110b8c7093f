"""One real Rasa, and one index of all materials, for every test of this package that needs them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.helpdesk import Knowledge, load_knowledge
from bot.settings import Settings
from retrieval.encoder import load_encoder
from tests.dialogs.player import Rasas
from tests.dialogs.serving import serve_rasa
from tests.e2e.product.product import MODELS, alone, bring_model


@pytest.fixture(scope="package")
def rasa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasas]:
    data: Path = tmp_path_factory.mktemp("rasa")
    bring_model(data)
    with serve_rasa(data) as rasa:
        yield rasa


@pytest.fixture(scope="package")
def all_materials() -> Knowledge:
    """Their vectors are kept where `make run` keeps them, so that none is encoded twice."""
    with alone("index"):
        return load_knowledge(Settings(_env_file=None, data=MODELS, demo=True), load_encoder("packaged"))
