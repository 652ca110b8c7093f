"""The form's machine: whatever is said, it asks something sensible and loses nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.replies.form import CODED, REQUIRED, STEPS, Form, read_answer
from bot.replies.situation import Situation

MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(STEPS[:-1])),
        st.tuples(st.just("skip"), st.just("")),
        st.tuples(st.just("back"), st.just("")),
        st.tuples(st.just("edit"), st.sampled_from(STEPS[:-2])),
    ),
    max_size=30,
)


def apply(form: Form, move: tuple[str, str]) -> None:
    kind, step = move
    if kind == "put":
        form.put(step, "x")
    elif kind == "edit":
        form.edit(step)
    else:
        getattr(form, kind)()


@given(MOVES)
def test_any_path_keeps_the_form_whole(moves: list[tuple[str, str]]) -> None:
    form = Form.start({})
    for move in moves:
        apply(form, move)
        assert form.step in STEPS
        assert not set(form.answers) & set(form.skipped)
        assert not set(form.skipped) & REQUIRED
        assert Form.read(form.write()) == form


@given(MOVES)
def test_the_end_is_reached_only_with_contact_and_consent(moves: list[tuple[str, str]]) -> None:
    form = Form.start({})
    for move in moves:
        apply(form, move)
        if form.next_open() == "confirm":
            assert {"contact", "consent"} <= set(form.answers)


def test_what_was_said_before_is_not_asked_again() -> None:
    form = Form.start({"applicant": "association", "region": "cesu_novads", "email": "a@b.lv"})
    assert form.answers == {"applicant": "association", "region": "cesu_novads", "contact": "a@b.lv"}
    assert form.step == "stage"


def test_a_foreign_form_is_read_as_a_new_one() -> None:
    assert Form.read({"step": "bogus", "answers": None}).step == STEPS[0]


def said(text: str, **entities: str) -> Situation:
    return Situation(text=text, locale="lv", entities={name: [value] for name, value in entities.items()})


def test_a_slip_in_an_address_is_told_apart_from_no_address() -> None:
    assert read_answer("contact", said("anna@")).problem == "bad_email"
    assert read_answer("contact", said("2612345")).problem == "bad_phone"
    assert read_answer("contact", said("nezinu")).problem == "no_contact"
    assert read_answer("contact", said("labāk šeit pat")).value == "chat"
    assert read_answer("contact", said("anna@b.lv", email="anna@b.lv")).value == "anna@b.lv"


def test_each_coded_step_takes_only_its_own_entity() -> None:
    for step in CODED:
        assert read_answer(step, said("…", **{step: "code"})).value == "code"
        assert read_answer(step, said("kaut kas cits")).problem == f"unknown_{step}"


def test_a_target_group_tells_the_theme() -> None:
    assert read_answer("theme", said("senioriem", target_group="seniors")).value == "ageing"
