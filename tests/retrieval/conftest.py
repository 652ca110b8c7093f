"""The shipped materials, indexed once by the real encoder. Whoever changes an index builds one of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.catalogue import Catalogue
from retrieval.building import SHIPPED, build_index
from retrieval.encoder import Encoder, load_encoder
from retrieval.retriever import Retriever


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder("packaged")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.read([SHIPPED])


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, encoder: Encoder) -> Path:
    made = tmp_path_factory.mktemp("index")
    build_index(catalogue, encoder, made, lambda _: None)
    return made


@pytest.fixture(scope="session")
def retriever(catalogue: Catalogue, encoder: Encoder, folder: Path) -> Retriever:
    return Retriever.load(catalogue, encoder, folder)
