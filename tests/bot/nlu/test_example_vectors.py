"""No training example has to be encoded on a fresh clone, and what is kept is what would be encoded."""

from __future__ import annotations

import numpy as np

from bot.nlu.example_vectors import find_vector, load_encoder, read_examples


def test_every_training_example_has_its_vector() -> None:
    missing = [text for text in read_examples() if find_vector(text) is None]
    assert missing == [], "run `.venv/bin/python -m bot.nlu.example_vectors` and commit the file"


def test_a_kept_vector_is_the_one_that_would_be_encoded() -> None:
    encoder = load_encoder()
    for text in list(read_examples())[::1200]:
        kept = find_vector(text)
        assert kept is not None
        assert float(np.dot(kept, encoder.query(text)) / np.linalg.norm(kept)) > 0.999
