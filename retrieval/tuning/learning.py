"""Learning: of a batch's sections a question shall be nearest to its own, and to how else its own is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from retrieval.tuning.network import Network
from retrieval.tuning.sections import Chosen, Section, list_batches, vary

STEPS, WARM_UP = 450, 40
RATE_OF_SCALES, RATE_OF_OTHERS = 5e-3, 5e-4
TEMPERATURE = 0.06
BACK, ASKED = 0.3, 0.3
"""Beside the loss of finding a question's section: of finding a section's questions, and of finding how else it is
asked for."""
QUERY, PASSAGE = "query: ", "passage: "
LONGEST_QUESTION, LONGEST_SECTION = 48, 128
"""In pieces. A section's beginning says what it is about, and half the pieces take half the time."""
CENTRED_BY = 300

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Means:
    """Of the packaged model: what all questions, and all sections, have in common. The index leaves it out
    (retrieval.vectors.centre), so learning does."""

    questions: torch.Tensor
    sections: torch.Tensor

    @classmethod
    def of(cls, network: Network, sections: Sequence[Section], chance: Random) -> Means:
        some = chance.sample(sections, min(CENTRED_BY, len(sections)))
        asked = network.encode([QUERY + chance.choice(one.questions)[1] for one in some], LONGEST_QUESTION)
        told = network.encode([PASSAGE + one.text for one in some], LONGEST_SECTION)
        return cls(torch.from_numpy(asked.mean(0)), torch.from_numpy(told.mean(0)))


def learn(network: Network, sections: Sequence[Section], steps: int, progress: Progress) -> None:
    """Changes `network`. The same seed, but other processors, give other last digits."""
    chance = Random(2)  # noqa: S311
    means = Means.of(network, sections, chance)
    optimizer, pace = plan_steps(network, steps)
    step = 0
    while step < steps:
        for batch in list_batches(sections, chance):
            loss = measure_loss(network, batch, means, chance)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            pace.step()
            step += 1
            if step % 20 == 0:
                progress(f"step {step} of {steps}: loss {loss.item():.2f}")
            if step == steps:
                return


def plan_steps(network: Network, steps: int) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
    scales = [one for name, one in network.named_parameters() if name.endswith(".change")]
    others = [one for name, one in network.named_parameters() if not name.endswith(".change")]
    groups = [{"params": scales, "lr": RATE_OF_SCALES}, {"params": others, "lr": RATE_OF_OTHERS}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.0)

    def pace(step: int) -> float:
        return min((step + 1) / WARM_UP, max(0.02, (steps - step) / max(steps - WARM_UP, 1)))

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, pace)


def measure_loss(network: Network, batch: Sequence[Chosen], means: Means, chance: Random) -> torch.Tensor:
    def encode(texts: Sequence[str], longest: int, mean: torch.Tensor) -> torch.Tensor:
        return functional.normalize(network(network.reading.read(texts, longest)) - mean, dim=-1)

    asked = [QUERY + vary(*one, chance) for chosen in batch for one in chosen.questions]
    else_asked = [PASSAGE + vary(*chance.choice(chosen.section.questions), chance) for chosen in batch]
    questions = encode(asked, LONGEST_QUESTION, means.questions)
    told = encode([PASSAGE + chosen.section.text for chosen in batch], LONGEST_SECTION, means.sections)
    owners = torch.tensor([at for at, chosen in enumerate(batch) for _ in chosen.questions])
    near = questions @ told.T / TEMPERATURE
    nearer = questions @ encode(else_asked, LONGEST_QUESTION, means.questions).T / TEMPERATURE
    forth = functional.cross_entropy(near, owners) + ASKED * functional.cross_entropy(nearer, owners)
    return forth + BACK * find_questions(near.T, owners)


def find_questions(near: torch.Tensor, owners: torch.Tensor) -> torch.Tensor:
    """Of each section's softmax over all questions, how much its own lack; rows are sections."""
    own = torch.arange(len(near))[:, None] == owners[None]
    lacking = torch.logsumexp(near, 1) - torch.logsumexp(near.masked_fill(~own, -np.inf), 1)
    return lacking.mean()
