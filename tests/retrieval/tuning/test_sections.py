"""What the adapter is learned from."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.evaluation import read_questions
from retrieval.filters import matter_of
from retrieval.tuning.sections import (
    A_BATCH,
    DOCUMENTS,
    Section,
    list_batches,
    mistype,
    read_document,
    read_libraries,
    read_table,
    vary,
)
from tests.retrieval.test_phrasings import fold

SETS = Path(__file__).parents[1]
INVENTED = sorted(DOCUMENTS.glob("*.lv.md"))


def test_every_section_of_every_document_is_asked_for_in_three_languages() -> None:
    assert len(INVENTED) > 40
    for path in INVENTED:
        for section in read_document(path).sections:
            spoken = Counter(language for language, _ in section.questions)
            assert spoken["lv"] >= 4, section.text[:80]
            assert min(spoken["en"], spoken["ru"]) >= 1, section.text[:80]


def test_no_question_of_any_set_is_learned_from() -> None:
    """Else what is fitted and measured would be what is remembered."""
    sections = [section for library in read_libraries() for section in library.sections]
    learned = {fold(question) for one in sections for _, question in (*one.questions, *one.unanswered)}
    for path in sorted(SETS.glob("*/*.jsonl")):
        if path.parent.name != "questions" or path.name != "tune.jsonl":
            for question in read_questions(path):
                assert fold(question.text) not in learned, f"{path.name}: {question.text}"


def test_no_document_that_is_fitted_on_or_measured_is_learned_from() -> None:
    titles = {path.read_text("utf-8").splitlines()[0] for path in INVENTED}
    others = [*SETS.glob("developed/**/*.lv.md"), *SETS.glob("unseen/*.lv.md")]
    assert not titles & {path.read_text("utf-8").splitlines()[0] for path in others}
    assert len(titles) == len(INVENTED)


def test_a_line_without_three_columns_is_named(tmp_path: Path) -> None:
    table = tmp_path / "x.tsv"
    table.write_text("1\tlv\tkas tas ir\n2\tlv kur\n", "utf-8")
    with pytest.raises(ValueError, match="line 2"):
        read_table(table)


def test_questions_are_told_apart_by_the_number_before_them(tmp_path: Path) -> None:
    (tmp_path / "x.lv.md").write_text("# Gads\n\n## Nauda\n\nTūkstotis.\n\n## Ļaudis\n\nDivi.\n", "utf-8")
    (tmp_path / "x.tsv").write_text("1\tlv\tcik\n-1\tlv\tkam\n2\ten\thow many\n0\tru\tкогда\n", "utf-8")
    library = read_document(tmp_path / "x.lv.md")
    money, people = library.sections
    assert (money.questions, money.unanswered) == ((("lv", "cik"),), (("lv", "kam"),))
    assert (people.questions, people.unanswered) == ((("en", "how many"),), ())
    assert library.unanswered == (("ru", "когда"),)
    assert people.text == "Gads. Ļaudis\nDivi."


SECTIONS = st.lists(
    st.tuples(st.sampled_from(["lv/a", "en/a", "lv/b", "c.lv.md", "d.lv.md"]), st.integers(1, 9)),
    min_size=1, max_size=60,
)  # fmt: skip

VAIN = (("lv", "kam"), ("lv", "kad"))


@given(SECTIONS, st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_a_batch_has_each_section_once_and_no_translation(told: list[tuple[str, int]], seed: int) -> None:
    sections = [
        Section(document, f"text {at}", tuple(("lv", f"question {at}-{i}") for i in range(count)), VAIN[: at % 3])
        for at, (document, count) in enumerate(told)
    ]
    for batch in list_batches(sections, Random(seed)):
        assert all(len(one.unanswered) <= 1 for one in batch)
        assert len(batch) == A_BATCH == len({one.section.text for one in batch})
        documents = {one.section.document for one in batch}
        assert len(documents) == len({matter_of(document) for document in documents})


def test_a_question_is_varied_but_not_its_words() -> None:
    made = {vary("lv", "Kā iet tur?", Random(seed)) for seed in range(60)}
    assert made == {"Kā iet tur?", "Ka iet tur?", "kā iet tur", "ka iet tur"}
    assert vary("ru", "Й?", Random(3)).lower().startswith("й")


def test_a_slip_changes_one_letter_of_a_longer_word_alone() -> None:
    question = "Ko tad tas projekts dod?"
    made = {mistype(question, Random(seed)) for seed in range(60)}
    assert all(one.startswith("Ko tad tas proj"[:12]) and one.endswith("dod?") for one in made)
    assert {len(question) - len(one) for one in made} == {0, 1}
    assert mistype("Ko tad?", Random(1)) == "Ko tad?"
