"""The packaged model as a torch network whose scales, biases and norms can be learned, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from torch import nn
from torch.nn import functional

from retrieval.packaged_model import BLOCK, PackagedModel

Ids = Sequence[int]


class BlockLinear(nn.Module):
    """y = x·Wᵀ + b, with W's weights of 4 bits fixed and a scale learned for each block. A scale is learned as how
    much it differs from the packaged one, so that all are learned at one pace."""

    packaged: torch.Tensor
    scales: torch.Tensor

    def __init__(self, model: PackagedModel, name: str, inner: int) -> None:
        super().__init__()
        scales = torch.from_numpy(model.scales(f"{name}.w").astype(np.float32))
        weights = torch.from_numpy(model.weights(f"{name}.w").astype(np.float32))
        self.register_buffer("packaged", (weights * scales[:, None]).view(-1, inner // BLOCK, BLOCK))
        self.register_buffer("scales", scales)
        self.change = nn.Parameter(torch.zeros(*self.packaged.shape[:2]))
        self.bias = nn.Parameter(torch.from_numpy(model.floats(f"{name}.b").copy()))
        self._inner = inner

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        weights = (self.packaged * (1 + self.change)[..., None]).view(-1, self._inner)
        return functional.linear(rows, weights, self.bias)

    def learned_scales(self) -> NDArray[np.float16]:
        made = self.scales * (1 + self.change.detach().flatten())
        return np.asarray(made.numpy().astype(np.float16))


class Norm(nn.Module):
    def __init__(self, model: PackagedModel, weight: str, bias: str) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.from_numpy(model.floats(weight).copy()))
        self.bias = nn.Parameter(torch.from_numpy(model.floats(bias).copy()))
        self._epsilon = model.sizes.epsilon

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return functional.layer_norm(rows, self.weight.shape, self.weight, self.bias, self._epsilon)


class Layer(nn.Module):
    """A layer of BERT: attention, then two linear ones with GELU between; each added and normed."""

    def __init__(self, model: PackagedModel, at: int) -> None:
        super().__init__()
        hidden, inner = model.sizes.hidden, model.sizes.inner
        self.heads = model.sizes.heads
        self.q, self.k, self.v, self.ao, self.fi = (
            BlockLinear(model, f"l{at}.{name}", hidden) for name in ("q", "k", "v", "ao", "fi")
        )
        self.fo = BlockLinear(model, f"l{at}.fo", inner)
        self.aln, self.oln = (Norm(model, f"l{at}.{name}.w", f"l{at}.{name}.b") for name in ("aln", "oln"))

    def forward(self, rows: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        query, key, value = (self._split(one(rows)) for one in (self.q, self.k, self.v))
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        rows = self.aln(rows + self.ao(mixed.transpose(1, 2).flatten(2)))
        told: torch.Tensor = self.oln(rows + self.fo(functional.gelu(self.fi(rows))))
        return told

    def _split(self, rows: torch.Tensor) -> torch.Tensor:
        count, length, _ = rows.shape
        return rows.reshape(count, length, self.heads, -1).transpose(1, 2)


class Network(nn.Module):
    words: torch.Tensor
    positions: torch.Tensor

    def __init__(self, model: PackagedModel) -> None:
        super().__init__()
        hidden = model.sizes.hidden
        words = model.weights("emb.word") * model.scales("emb.word").astype(np.float32)[:, None]
        self.register_buffer("words", torch.from_numpy(words.reshape(-1, hidden)))
        positions = torch.from_numpy(model.floats("emb.pos").reshape(-1, hidden).copy())
        self.register_buffer("positions", positions + torch.from_numpy(model.floats("emb.type")[:hidden].copy()))
        self.norm = Norm(model, "emb.ln.w", "emb.ln.b")
        self.layers = nn.ModuleList([Layer(model, at) for at in range(model.sizes.layers)])
        self.reading = Reading(model)

    def forward(self, texts: Sequence[Ids]) -> torch.Tensor:
        """Rows of unit length, one a text."""
        longest = max(map(len, texts))
        held = torch.tensor([[at < len(text) for at in range(longest)] for text in texts])
        ids = torch.tensor([[*text, *[self.reading.padding] * (longest - len(text))] for text in texts])
        rows = self.norm(self.words[ids] + self.positions[:longest])
        for layer in self.layers:
            rows = layer(rows, held[:, None, None, :])
        return functional.normalize((rows * held[..., None]).sum(1) / held.sum(1, keepdim=True), dim=-1)

    @torch.no_grad()
    def encode(self, texts: Sequence[str], longest: int = 512, batch: int = 32) -> NDArray[np.float32]:
        read = self.reading.read(texts, longest)
        order = np.argsort([len(text) for text in read])
        made = np.zeros((len(texts), int(self.words.shape[1])), np.float32)
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            made[rows] = self([read[row] for row in rows]).numpy()
        return made

    def read_tensors(self) -> dict[str, NDArray[Any]]:
        """What was learned, by the names of the packaged model's tensors."""
        told: dict[str, NDArray[Any]] = {}
        for name, part in self.named_modules():
            tensor = name.replace("layers.", "l") if name != "norm" else "emb.ln"
            if isinstance(part, BlockLinear):
                told[f"{tensor}.w"] = part.learned_scales()
            if isinstance(part, Norm):
                told[f"{tensor}.w"] = part.weight.detach().numpy()
            if isinstance(part, BlockLinear | Norm):
                told[f"{tensor}.b"] = part.bias.detach().numpy()
        return told


class Reading:
    """Texts as the packaged model reads them: SentencePiece's unigram pieces, begin and end around them."""

    def __init__(self, model: PackagedModel) -> None:
        pieces = model.read_pieces()
        begin, end, self.padding, unknown = pieces.specials
        spelled = [
            pieces.text[start:stop].decode("utf-8", "replace")
            for start, stop in zip(pieces.ends[:-1], pieces.ends[1:], strict=True)
        ]
        self._spellings = dict(pieces.spellings)
        self._tokenizer = Tokenizer(
            models.Unigram(list(zip(spelled, map(float, pieces.scores), strict=True)), unk_id=unknown)
        )
        self._tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
        self._tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", begin), ("</s>", end)]
        )

    def read(self, texts: Sequence[str], longest: int) -> list[list[int]]:
        """At most `longest` each, the end kept."""
        plain = [re.sub("  +", " ", text.translate(self._spellings)) for text in texts]
        read = [encoded.ids for encoded in self._tokenizer.encode_batch(plain)]
        return [ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]] for ids in read]
