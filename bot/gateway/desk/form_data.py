"""A form whose fields depend on what it is about: read whole, each value bounded."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from bot.gateway.errors import Problem

MOST_FIELDS = 400
LONGEST = 100_000


class Given:
    """What a form brought; line ends as people mean them."""

    def __init__(self, data: FormData) -> None:
        self._told: dict[str, list[str]] = {}
        for name, value in data.multi_items():
            if isinstance(value, UploadFile) or len(value) > LONGEST:
                raise Problem(422, "invalid")
            self._told.setdefault(name, []).append(value.replace("\r\n", "\n"))

    def one(self, name: str) -> str:
        return self._told.get(name, [""])[-1]

    def text(self, name: str) -> str:
        """On one line."""
        return " ".join(self.one(name).split())

    def all(self, name: str) -> list[str]:
        return [value for value in self._told.get(name, []) if value]

    def __contains__(self, name: str) -> bool:
        return name in self._told


async def read_form(request: Request) -> Given:
    return Given(await request.form(max_files=0, max_fields=MOST_FIELDS))


Form = Annotated[Given, Depends(read_form)]
