"""A sentence-transformers model by its path, with a tiny model made here: nothing is downloaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge.catalogue import Catalogue
from retrieval.building import SHIPPED, build_index
from retrieval.encoder import load_encoder
from retrieval.errors import EncoderUnavailable, IndexMismatch
from retrieval.retriever import Retriever

pytest.importorskip("sentence_transformers", reason="needs tools/setup --encoders")
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyzāčēģīķļņšūž0123456789"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random transformer of one layer that reads letters, saved as sentence-transformers does."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from torch import manual_seed
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join([*WORDS, *(f"##{word}" for word in WORDS[5:])]), "utf-8")
    manual_seed(7)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    bare = folder / "bare"
    config = BertConfig(vocab_size=2 * len(WORDS) - 5, max_position_embeddings=128, **sizes)
    BertModel(config).save_pretrained(bare)
    BertTokenizerFast(vocab_file=str(vocabulary), model_max_length=128).save_pretrained(bare)
    transformer = Transformer(str(bare), max_seq_length=128)
    made = SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu")
    made.save(str(folder / "model"))
    return folder / "model"


@pytest.fixture(scope="module")
def few() -> Catalogue:
    whole = Catalogue.read([SHIPPED])
    return replace(whole, passages=whole.passages[:12])


def test_an_index_is_built_and_asked_with_a_model_by_its_path(model: Path, few: Catalogue, tmp_path: Path) -> None:
    encoder = load_encoder(str(model))
    assert (encoder.name, encoder.dimensions) == (str(model), 16)
    assert np.linalg.norm(encoder.encode_query("kas ir centrs?")) == pytest.approx(1, abs=1e-5)
    build_index(few, encoder, tmp_path, lambda _: None)
    retriever = Retriever.load(few, encoder, tmp_path)
    assert retriever.search("inovācija", locale="lv", k=3)
    assert 0 <= retriever.ask("kas ir sociālā inovācija?", locale="lv").confidence <= 1
    with pytest.raises(IndexMismatch, match="HELPDESK_ENCODER"):
        Retriever.load(few, load_encoder("packaged"), tmp_path)


def test_a_path_with_no_model_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        load_encoder(str(tmp_path / "nothing"))
