"""The trained head: one logistic regression over the sentence vector and the character n-grams together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentHead(IntentClassifier, GraphComponent):
    """Below `threshold` the message is no dialogue move: it becomes `fallback_intent`, a question to search.
    `thresholds` asks more of single intents, where a wrong guess would offend or frighten.

    `dense_weight` is the length of the sentence vector beside the n-grams' length of one. `C` is the inverse
    strength of regularisation.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "dense_weight": 1.0,
            "C": 20.0,
            "max_iter": 200,
            "tol": 1e-3,
            "threshold": 0.25,
            "thresholds": {},
            "fallback_intent": "question",
            "ranking_length": 5,
        }

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._labels: list[str] = []
        self._idf = np.zeros(0, dtype=np.float32)
        self._weights = np.zeros((0, 0), dtype=np.float32)
        self._bias = np.zeros(0, dtype=np.float32)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentHead:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentHead:
        head = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder, np.load(folder / "head.npz", allow_pickle=False) as kept:
            head._labels = [str(label) for label in kept["labels"]]
            head._idf, head._weights, head._bias = kept["idf"], kept["weights"], kept["bias"]
        return head

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        pass

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(INTENT) and m.get(TEXT)]
        counts = sparse.vstack([_counts(message) for message in examples]).tocsr()
        self._idf = _inverse_document_frequencies(counts)
        self._fit(self._matrix(examples), [message.get(INTENT) for message in examples])
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(
                folder / "head.npz",
                labels=np.array(self._labels),
                idf=self._idf,
                weights=self._weights,
                bias=self._bias,
            )
        return self._resource

    def _fit(self, features: sparse.csr_matrix, intents: Sequence[str]) -> None:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(
            C=self._config["C"],
            max_iter=self._config["max_iter"],
            tol=self._config["tol"],
            class_weight="balanced",
            random_state=1,
        )
        model.fit(features, intents)
        self._labels = [str(label) for label in model.classes_]
        self._weights = model.coef_.T.astype(np.float32)
        self._bias = model.intercept_.astype(np.float32)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        messages = [message for message in messages if message.get(TEXT)]
        if self._labels:
            for message in messages:
                self._set_intent(message, self._probabilities(message))
        return messages

    def _probabilities(self, message: Message) -> np.ndarray:
        """Of one message by its few n-grams: building a matrix for it costs more than all the rest of parsing."""
        counts = _counts(message)
        weighted = (1.0 + np.log(counts.data)) * self._idf[counts.indices]
        weighted /= max(float(np.linalg.norm(weighted)), 1e-6)
        dense = _dense(message)[0] * self._config["dense_weight"]
        split = len(self._idf)
        scores = weighted @ self._weights[counts.indices] + dense @ self._weights[split:] + self._bias
        chances = np.exp(scores - scores.max())
        return np.asarray(chances / chances.sum())

    def _set_intent(self, message: Message, chances: np.ndarray) -> None:
        order = np.argsort(-chances)[: self._config["ranking_length"]]
        ranking = [{"name": self._labels[i], "confidence": float(chances[i])} for i in order]
        best = next((item for item in ranking if self._is_sure(item)), None)
        if best is None:
            best = {"name": self._config["fallback_intent"], "confidence": ranking[0]["confidence"]}
        message.set("intent", best, add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)

    def _is_sure(self, item: dict[str, Any]) -> bool:
        least = self._config["thresholds"].get(item["name"], self._config["threshold"])
        return bool(item["confidence"] >= least)

    def _matrix(self, messages: Sequence[Message]) -> sparse.csr_matrix:
        counts = sparse.vstack([_counts(message) for message in messages]).tocsr().astype(np.float32)
        counts.data = 1.0 + np.log(counts.data)
        weighted = _unit_rows(counts.multiply(self._idf).tocsr())
        dense = np.vstack([_dense(message) for message in messages]) * self._config["dense_weight"]
        return sparse.hstack([weighted, sparse.csr_matrix(dense)]).tocsr()


def _counts(message: Message) -> sparse.csr_matrix:
    features = message.get_sparse_features(attribute=TEXT)[1]
    if features is None:
        raise ValueError("IntentHead needs a sparse featurizer before it")
    return sparse.csr_matrix(features.features)


def _dense(message: Message) -> np.ndarray:
    features = message.get_dense_features(attribute=TEXT)[1]
    if features is None:
        raise ValueError("IntentHead needs a dense featurizer before it")
    return np.asarray(features.features, dtype=np.float32).reshape(1, -1)


def _inverse_document_frequencies(counts: sparse.csr_matrix) -> np.ndarray:
    seen = np.asarray((counts > 0).sum(axis=0)).ravel()
    return (np.log((1 + counts.shape[0]) / (1 + seen)) + 1).astype(np.float32)


def _unit_rows(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.diags(1 / np.maximum(norms, 1e-6)) @ matrix
