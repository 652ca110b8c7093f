"""Rasa killed in the middle: answers go on, people can still be reached, and it comes back by itself."""

from __future__ import annotations

from tests.e2e.product.product import Product, Visitor, wait_for


def test_killing_rasa_leaves_nobody_without_an_answer(product: Product) -> None:
    visitor = Visitor(product.base)
    assert visitor.ask("Kas ir sociālā inovācija?")["kind"] == "answer"
    pid = product.kill("rasa")
    assert visitor.ask("Kas vada kompetences centru?")["kind"] == "answer"
    told = visitor.ask("Lūdzu, savienojiet mani ar cilvēku")
    assert told["kind"] in {"handoff", "form", "choice"}
    wait_for(lambda: product.part("rasa")["pid"] not in {None, pid}, 60, "Rasa starting again")
    product.wait_rasa()
    assert Visitor(product.base).ask("Kas ir sociālā inovācija?")["kind"] == "answer"


def test_killing_the_application_loses_no_message(product: Product) -> None:
    visitor = Visitor(product.base)
    visitor.say("Kādi ir sociālās inovācijas posmi?")
    product.kill("application")
    product.wait_serving()
    assert visitor.hear(120)[0]["kind"] == "answer"
    assert [message["seq"] for message in visitor.messages()] == [1, 2, 3]
