"""Learning: of a batch's sections a question shall be nearest to its own, and to how else its own is asked for;
one that none answers shall be near none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from retrieval.tuning.network import Network
from retrieval.tuning.sections import Chosen, Library, Section, list_batches, vary
from retrieval.vectors import centre

STEPS, WARM_UP = 450, 40
RATE_OF_SCALES, RATE_OF_OTHERS, RATE_OF_NOTHING = 4e-3, 4e-4, 3e-3
TEMPERATURE = 0.06
BACK, ASKED = 0.3, 0.3
"""Beside the loss of finding a question's section: of finding a section's questions, and of finding how else it is
asked for."""
QUERY, PASSAGE = "query: ", "passage: "
LONGEST_QUESTION, LONGEST_SECTION = 48, 128
"""In pieces. A section's beginning says what it is about, and half the pieces take half the time."""
CENTRED_BY = 300
NOTHING = 0.35
"""The likeness from which on a section is nearer than no answer; it is learned, from this on."""
MISTAKEN_FOR = 2
"""Of a question near no section in particular: beside how many, the nearest to it, it is learned from."""

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


def learn(network: Network, libraries: Sequence[Library], steps: int, progress: Progress) -> None:
    """Changes `network`. The same seed, but other processors, give other last digits."""
    chance = Random(2)  # noqa: S311
    means = Means.of(network, [section for library in libraries for section in library.sections], chance)
    sections = [section for library in libraries for section in place_unanswered(network, library, means)]
    nothing = nn.Parameter(torch.tensor(NOTHING))
    optimizer, pace = plan_steps(network, nothing, steps)
    step = 0
    while step < steps:
        for batch in list_batches(sections, chance):
            # The products in half the bits take two thirds of the time.
            with torch.autocast("cpu", torch.bfloat16):
                loss = measure_loss(network, batch, means, nothing, chance)
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


def place_unanswered(network: Network, library: Library, means: Means) -> list[Section]:
    """The library's sections, each with the questions that might be taken for its own."""
    more: list[list[tuple[str, str]]] = [[] for _ in library.sections]
    if library.unanswered:
        told = network.encode([PASSAGE + section.text for section in library.sections], LONGEST_SECTION)
        asked = network.encode([QUERY + question for _, question in library.unanswered], LONGEST_QUESTION)
        near = centre(asked, means.questions.numpy()) @ centre(told, means.sections.numpy()).T
        for question, row in zip(library.unanswered, near, strict=True):
            for place in np.argsort(-row)[:MISTAKEN_FOR]:
                more[place].append(question)
    pairs = zip(library.sections, more, strict=True)
    return [replace(section, unanswered=(*section.unanswered, *few)) for section, few in pairs]


def plan_steps(
    network: Network, nothing: nn.Parameter, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
    scales = [one for name, one in network.named_parameters() if name.endswith(".change")]
    others = [one for name, one in network.named_parameters() if not name.endswith(".change")]
    rates = ((scales, RATE_OF_SCALES), (others, RATE_OF_OTHERS), ([nothing], RATE_OF_NOTHING))
    groups = [{"params": few, "lr": rate} for few, rate in rates]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.0)

    def pace(step: int) -> float:
        return min((step + 1) / WARM_UP, max(0.02, (steps - step) / max(steps - WARM_UP, 1)))

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, pace)


def measure_loss(
    network: Network, batch: Sequence[Chosen], means: Means, nothing: torch.Tensor, chance: Random
) -> torch.Tensor:
    """`nothing`: how near no answer is to every question."""

    def encode(texts: Sequence[str], longest: int, mean: torch.Tensor) -> torch.Tensor:
        return functional.normalize(network(network.reading.read(texts, longest)) - mean, dim=-1)

    answered = [one for chosen in batch for one in chosen.questions]
    in_vain = [one for chosen in batch for one in chosen.unanswered]
    asked = [QUERY + vary(*one, chance) for one in (*answered, *in_vain)]
    else_asked = [PASSAGE + vary(*chance.choice(chosen.section.questions), chance) for chosen in batch]
    questions = encode(asked, LONGEST_QUESTION, means.questions)
    told = encode([PASSAGE + chosen.section.text for chosen in batch], LONGEST_SECTION, means.sections)
    owners = torch.tensor([at for at, chosen in enumerate(batch) for _ in chosen.questions])
    near, own = questions @ told.T, questions[: len(answered)]
    nearer = own @ encode(else_asked, LONGEST_QUESTION, means.questions).T / TEMPERATURE
    forth = find_sections(near, owners, nothing) + ASKED * functional.cross_entropy(nearer, owners)
    return forth + BACK * find_questions(near[: len(answered)].T / TEMPERATURE, owners)


def find_sections(near: torch.Tensor, owners: torch.Tensor, nothing: torch.Tensor) -> torch.Tensor:
    """How far each question is from its section, or, those beyond `owners`, from no answer; rows are questions."""
    with_nothing = torch.cat([near, nothing.expand(len(near), 1)], 1) / TEMPERATURE
    none = torch.full((len(near) - len(owners),), near.shape[1])
    return functional.cross_entropy(with_nothing, torch.cat([owners, none]))


def find_questions(near: torch.Tensor, owners: torch.Tensor) -> torch.Tensor:
    """Of each section's softmax over all questions, how much its own lack; rows are sections."""
    own = torch.arange(len(near))[:, None] == owners[None]
    lacking = torch.logsumexp(near, 1) - torch.logsumexp(near.masked_fill(~own, -np.inf), 1)
    return lacking.mean()
