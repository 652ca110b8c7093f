"""docs/evaluation-details.md, whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.answers.ablation import GROUPS, WHOLE, Left
from benchmarks.answers.gathering import PLAIN, Measured
from benchmarks.answers.misses import Miss, explain
from benchmarks.answers.reliability import Judgement, bin_confidence, buy, calibration_error
from benchmarks.answers.versions import Versions
from knowledge.passage import Passage
from retrieval.ranking import CONFIDENCE_FEATURES, FEATURES, Weights, fitted_weights

LOCALES = ("lv", "en", "ru")
SHOWN = ("bm25", PLAIN, "dense", "product")
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Told:
    """`judged`: by what was asked; `misses` are those of the first of `measured`."""

    versions: Versions
    measured: Sequence[Measured]
    ablation: Sequence[Left]
    judged: Mapping[str, Judgement]
    misses: Sequence[Miss]


def write_page(told: Told, diagram: str) -> str:
    parts = [
        write_head(told.versions),
        write_ranking(told.measured),
        write_abstention(told.measured),
        write_ablation(told.ablation),
        write_reliability(told.judged, diagram),
        write_thresholds(told.judged, fitted_weights()),
        write_misses(told.misses),
        write_tuned(),
    ]
    return "\n\n".join(parts) + "\n"


def make_table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers_from: int) -> str:
    """Columns from `numbers_from` on are set to the right."""
    marks = ["---"] * numbers_from + ["--:"] * (len(head) - numbers_from)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, marks, *rows])


def write_head(versions: Versions) -> str:
    files = make_table(
        ("fitted", "SHA-256"), [(f"`{name}`", f"`{told}`") for name, told in versions.files.items()], 2
    )
    questions = make_table(
        ("questions", "for", "all", "can be answered"),
        [(f"`{name}`", use, str(n), str(can)) for name, (n, can, use) in versions.questions.items()],
        2,
    )
    return (
        "# How well answers are found: the details\n\n"
        "Made whole, from one run, by `python -m benchmarks answers`; what follows from it is told in "
        "[evaluation.md](evaluation.md).\n\n"
        f"{versions.date}, encoder `{versions.encoder}`, lexicon `{versions.lexicon}`.\n\n{files}\n\n{questions}"
    )


def write_ranking(measured: Sequence[Measured]) -> str:
    rows = []
    for one in measured:
        for locale in (*LOCALES, "all"):
            methods = one.report.ranking.get(locale, {})
            rows += [tell_method(f"{one.name}, {locale}", name, methods[name]) for name in SHOWN if methods]
    table = make_table(("questions", "method", "n", "hit@1", "hit@3", "MRR", "nDCG@10"), rows, 2)
    return (
        f"## Ranking, on what nothing was fitted on\n\n{table}\n\n"
        f"`{PLAIN}` is the packaged encoder as it comes, `dense` the one with the adapter.\n"
        "nDCG takes both languages' passages as right. Of a matter told in both, the product shows one, so that\n"
        "on the shipped materials it cannot have all of it."
    )


def tell_method(questions: str, method: str, told: Mapping[str, float]) -> list[str]:
    numbers = [f"{told[name]:.3f}" for name in ("hit@1", "hit@3", "mrr", "ndcg@10")]
    if method == "product":
        numbers[:2] = [f"**{number}**" for number in numbers[:2]]
    return [questions, method, f"{told['n']:.0f}", *numbers]


def write_abstention(measured: Sequence[Measured]) -> str:
    names = (
        "auroc",
        "answered_of_answerable",
        "refused_of_unanswerable",
        "wrong_of_answered",
        "coverage_at_5_wrong",
    )
    head = ("questions", "AUROC", "answered of answerable", "not answered of unanswerable", "wrong of answered",
            "coverage at 5 % wrong")  # fmt: skip
    rows = [[one.name, *(f"{one.report.abstention[name]:.3f}" for name in names)] for one in measured]
    return f"## Abstention, by the fitted thresholds\n\n{make_table(head, rows, 1)}"


def write_ablation(ablation: Sequence[Left]) -> str:
    whole = ablation[0].hits
    keys = [(documents, locale) for documents in ("materials", "invented") for locale in LOCALES]
    head = [
        "left out",
        *(f"{documents}, {locale} (n {whole[documents, locale][0]})" for documents, locale in keys),
    ]
    rows = [[f"**{WHOLE}**", *(f"**{tell_hits(whole[key])}**" for key in keys)]]
    rows += [[left.part, *(tell_change(left.hits[key], whole[key]) for key in keys)] for left in ablation[1:]]
    parts = "\n".join(f"- {part}: {', '.join(f'`{name}`' for name in names)}" for part, names in GROUPS.items())
    return (
        "## What each part of the ranking is worth\n\n"
        "A part is left out, all other weights are fitted anew, and every question is ranked by weights fitted\n"
        "without its documents: five folds of the tuning questions about the shipped materials, and the\n"
        "invented documents in five more. hit@1 / hit@3 of the whole ranking; below it what\n"
        "leaving the part out changes, in points. Candidates stay the same: only their order is asked for. One\n"
        f"question is worth {tell_one(whole, keys)} points, so that small changes are chance, and parts that say\n"
        "nearly the same stand in for each other.\n\n"
        f"{make_table(head, rows, 1)}\n\n"
        f"Features by part:\n\n{parts}"
    )


def tell_hits(hits: tuple[int, float, float]) -> str:
    return f"{hits[1]:.3f} / {hits[2]:.3f}"


def tell_change(hits: tuple[int, float, float], whole: tuple[int, float, float]) -> str:
    return " / ".join(f"{100 * (now - before):+.1f}" for now, before in zip(hits[1:], whole[1:], strict=True))


def tell_one(whole: Mapping[tuple[str, str], tuple[int, float, float]], keys: Sequence[tuple[str, str]]) -> str:
    points = sorted(100 / whole[key][0] for key in keys)
    return f"{points[0]:.1f} to {points[-1]:.1f}"


def write_reliability(judged: Mapping[str, Judgement], diagram: str) -> str:
    bins = {name: bin_confidence(one) for name, one in judged.items()}
    rows = [
        [name, f"{one.low:.1f}–{one.high:.1f}", str(one.count), f"{one.expected:.3f}", f"{one.observed:.3f}",
         f"{one.bounds[0]:.2f}–{one.bounds[1]:.2f}"]
        for name, own in bins.items() for one in own
    ]  # fmt: skip
    errors = ", ".join(
        f"{name} {calibration_error(own):.3f} (n {len(judged[name].scores)})" for name, own in bins.items()
    )
    head = ("questions", "confidence", "n", "expected", "share right", "95 %")
    return (
        "## Whether confidence is what it says\n\n"
        "Each question, also one that cannot be answered, gets a confidence; it is right if what an answer would\n"
        "show holds the evidence. `by folds`: the questions fitted on, each by weights that have not seen its\n"
        f"documents. Expected calibration error over ten bins:\n{errors}.\n\n"
        f"![Reliability diagram: confidence told against share right; the table below has its numbers]({diagram})"
        f"\n\n{make_table(head, rows, 2)}"
    )


def write_thresholds(judged: Mapping[str, Judgement], weights: Weights) -> str:
    thresholds = sorted({*THRESHOLDS, weights.answer_from})
    rows = []
    for name, one in judged.items():
        for threshold in thresholds:
            told = buy(one, threshold)
            shown = f"**{threshold:.3f}**" if threshold == weights.answer_from else f"{threshold:.1f}"
            rows.append([name, shown, *(f"{part:.3f}" for part in (told.answered, told.wrong, told.refused))])
    head = ("questions", "from", "answered of answerable", "wrong of answered", "not answered of unanswerable")
    return (
        "## What each threshold buys\n\n"
        f"Bold is the one in use; from {weights.suggest_from:.3f} up to it the product asks back, below that "
        f"it offers a person.\n\n{make_table(head, rows, 1)}"
    )


def write_misses(misses: Sequence[Miss]) -> str:
    parts = [tell_miss(number, miss) for number, miss in enumerate(misses, 1)]
    return (
        "## The ten worst misses\n\n"
        "Of the measured questions, those whose right passage comes last among the candidates (or is none of\n"
        "them), then by the gap in log-odds to what came first. The reason is worked out from the evidence: by\n"
        "how much each part speaks more for the wrong passage (+) or for the right one (-).\n\n" + "\n".join(parts)
    )


def tell_miss(number: int, miss: Miss) -> str:
    place = f"place {miss.rank} of {miss.candidates}" if miss.rank else f"none of {miss.candidates} candidates"
    return (
        f"{number}. **{escape(miss.question.text)}** ({miss.question.locale}, `{miss.question.id}`)\n"
        f"   - first: {tell_passage(miss.found)}\n"
        f"   - right: {tell_passage(miss.right)}; {place}, gap {miss.gap:.1f}\n"
        f"   - why: {explain(miss)}"
    )


def tell_passage(passage: Passage) -> str:
    return f"{escape(' › '.join([passage.title, *passage.section]))} (`{passage.id}`)"


def escape(text: str) -> str:
    """No Markdown of its own, and one line."""
    return "".join(f"\\{letter}" if letter in "*_`[]<>|" else letter for letter in " ".join(text.split()))


def write_tuned() -> str:
    return (
        "## What was tuned and what was not\n\n"
        f"- Fitted by `python -m retrieval.fitting` on the questions marked so above: {len(FEATURES)} weights\n"
        f"  of ranking where languages are shared and {len(FEATURES)} where not; {len(CONFIDENCE_FEATURES)}\n"
        "  weights of confidence with their bias, centre and scale; both thresholds; the mean question of each\n"
        "  language.\n"
        "- Chosen by hand on those questions, by folds: which features there are, how strongly weights are\n"
        "  held down, the share that shall be answered, and how near a second passage must be to be shown.\n"
        "- Not tuned: the encoder, and the lexicon of concepts, written without a look at question or material.\n"
        "- No weight was fitted on the measured questions or on the unseen report; how often they were looked at\n"
        "  is told in [evaluation.md](evaluation.md). The misses above are for reading: what is changed for one\n"
        "  of them makes its question one of those fitted on."
    )
