"""The network is the packaged model, and what it learns is what the engine then runs."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import torch

from retrieval.adapter import Adapter
from retrieval.encoder import PackagedEncoder
from retrieval.packaged_model import PackagedModel, find_model
from retrieval.tuning.learning import PASSAGE, QUERY, Means, learn, measure_loss
from retrieval.tuning.network import Network
from retrieval.tuning.sections import DOCUMENTS, list_batches, read_document

TEXTS = ["Vai biedrība drīkst pieteikties?", "kur  dabut  ½ naudas", "Кто решает — ﬁne", "…", "a" * 90]


@pytest.fixture(scope="module")
def network() -> Network:
    return Network(PackagedModel(find_model()))


def test_the_network_gives_the_engines_vectors(network: Network) -> None:
    engine = np.stack([PackagedEncoder().encode_query(text) for text in TEXTS])
    assert ((network.encode([QUERY + text for text in TEXTS]) * engine).sum(axis=1) > 0.999).all()


def test_learning_brings_questions_nearer_to_their_sections_and_the_engine_runs_it(network: Network) -> None:
    torch.manual_seed(1)
    sections = [one for path in sorted(DOCUMENTS.glob("*.lv.md"))[:3] for one in read_document(path)]
    means = Means.of(network, sections, Random(1))
    batch = next(list_batches(sections, Random(1)))
    with torch.no_grad():
        before = float(measure_loss(network, batch, means, Random(1)))
    learn(network, [one.section for one in batch], 8, lambda _: None)
    with torch.no_grad():
        assert float(measure_loss(network, batch, means, Random(1))) < before
    adapted = PackagedEncoder(Adapter(network.read_tensors()))
    told = [section.text for section in sections[:6]]
    learned = network.encode([PASSAGE + text for text in told])
    assert ((learned * adapted.encode_passages(told)).sum(axis=1) > 0.999).all()
