"""The network is the packaged model, and what it learns is what the engine then runs."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import torch

from retrieval.adapter import Adapter
from retrieval.encoder import PackagedEncoder
from retrieval.packaged_model import PackagedModel, find_model
from retrieval.tuning.learning import (
    NOTHING,
    PASSAGE,
    QUERY,
    Means,
    find_sections,
    learn,
    measure_loss,
    place_unanswered,
)
from retrieval.tuning.network import Network
from retrieval.tuning.sections import DOCUMENTS, Library, Section, list_batches, read_document

TEXTS = ["Vai biedrība drīkst pieteikties?", "kur  dabut  ½ naudas", "Кто решает — ﬁne", "…", "a" * 90]


@pytest.fixture(scope="module")
def network() -> Network:
    return Network(PackagedModel(find_model()))


def test_the_network_gives_the_engines_vectors(network: Network) -> None:
    engine = np.stack([PackagedEncoder().encode_query(text) for text in TEXTS])
    assert ((network.encode([QUERY + text for text in TEXTS]) * engine).sum(axis=1) > 0.999).all()


def test_learning_brings_questions_nearer_to_their_sections_and_the_engine_runs_it(network: Network) -> None:
    torch.manual_seed(1)
    libraries = [read_document(path) for path in sorted(DOCUMENTS.glob("*.lv.md"))[:3]]
    sections = [section for library in libraries for section in library.sections]
    means = Means.of(network, sections, Random(1))
    batch, nothing = next(list_batches(sections, Random(1))), torch.tensor(NOTHING)
    with torch.no_grad():
        before = float(measure_loss(network, batch, means, nothing, Random(1)))
    learn(network, [Library(tuple(one.section for one in batch), ())], 8, lambda _: None)
    with torch.no_grad():
        assert float(measure_loss(network, batch, means, nothing, Random(1))) < before
    adapted = PackagedEncoder(Adapter(network.read_tensors()))
    told = [section.text for section in sections[:6]]
    learned = network.encode([PASSAGE + text for text in told])
    assert ((learned * adapted.encode_passages(told)).sum(axis=1) > 0.999).all()


def test_a_question_without_an_answer_lies_beside_what_it_would_be_taken_for(network: Network) -> None:
    cooking = Section(
        "x", "Zupas virtuve\nĒdienu vāra otrdienās, zupu var paņemt līdzi.", (("lv", "kad vāra zupu"),)
    )
    driving = Section(
        "x", "Šoferi\nAutobusu vada trīs šoferi, reiss maksā divus eiro.", (("lv", "kas vada busu"),)
    )
    saving = Section("x", "Krājkase\nBiedri aizdod cits citam naudu bez procentiem.", (("lv", "kā aizņemties"),))
    asked = ("lv", "kāda zupa būs otrdien")
    library = Library((cooking, driving, saving), (asked,))
    means = Means(torch.zeros(384), torch.zeros(384))
    placed = place_unanswered(network, library, means)
    assert placed[0].unanswered == (asked,)
    assert sum(len(section.unanswered) for section in placed) == 2


def test_a_question_near_nothing_costs_less_the_farther_it_is() -> None:
    owners, nothing = torch.tensor([0]), torch.tensor(0.3)
    near, far = (torch.tensor([[0.8, 0.0], [0.1, likeness]]) for likeness in (0.7, 0.1))
    assert find_sections(far, owners, nothing) < find_sections(near, owners, nothing)
    assert find_sections(far[:1], owners, nothing) < find_sections(far[:1], torch.tensor([1]), nothing)
