"""What goes in and out of the coordinators' API."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from bot.gateway.visitor_schemas import MessageOut
from handoff.requests import Dossier, RequestView
from handoff.views import Opinion

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Note = Annotated[str, StringConstraints(max_length=2000)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=254)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Credentials(Body):
    email: Email
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    code: Annotated[str, StringConstraints(max_length=40)] | None = None


class PasswordChange(Body):
    old: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    new: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class Reply(Body):
    id: UUID = Field(description="The client's own; sent twice, it counts once.")
    text: Text
    then_wait: bool = Field(False, description="The visitor is to answer: the clocks stand still until then.")


class NoteIn(Body):
    text: Text


class Release(Body):
    note: Note = ""


class Transfer(Body):
    to: Email
    note: Note = ""


class Remind(Body):
    at: AwareDatetime
    note: Note = ""


class Close(Body):
    outcome: Literal["answered", "referred", "no_answer", "no_contact", "withdrawn", "spam", "other"]


class Me(BaseModel):
    email: str
    name: str
    role: str
    csrf: str | None = None
    must_change_password: bool = False


class RequestsOut(BaseModel):
    requests: list[RequestView]
    total: int
    counts: dict[str, int]


class DossierOut(BaseModel):
    """Everything a coordinator needs to go on without asking again."""

    request: RequestView
    form: dict[str, Any]
    messages: list[MessageOut]
    evidence: dict[str, dict[str, Any]]
    notes: list[dict[str, Any]]
    history: list[dict[str, Any]]
    earlier: list[RequestView]
    page: str | None
    suggested: str | None
    language: str = Field(description="The one the visitor writes in: lv, en or ru.")
    suggested_languages: list[str] = Field(description="Those the suggested coordinator answers in.")
    opinion: Opinion = Field(description="What the visitor thought of the answers, and of how the request went.")

    @classmethod
    def of(cls, dossier: Dossier) -> DossierOut:
        return cls(
            request=dossier.request,
            form=dossier.form,
            messages=[MessageOut.of(message) for message in dossier.messages],
            evidence=dossier.evidence,
            notes=list(dossier.notes),
            history=list(dossier.history),
            earlier=list(dossier.earlier),
            page=dossier.page,
            suggested=dossier.suggested,
            language=dossier.language,
            suggested_languages=list(dossier.suggested_languages),
            opinion=dossier.opinion,
        )
