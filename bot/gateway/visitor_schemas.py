"""What visitors send and get, as OpenAPI tells it. Text from outside is bounded and free of control characters."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.gateway.errors import FieldError
from handoff.conversations import ConversationView
from handoff.messages import Message
from knowledge.document import Kind

Locale = Literal["lv", "en"]
NOTICE = "2026-11-24"
"""Version of the privacy notice; changes when what it promises does."""
LONGEST_TEXT = 4000
LONGEST_QUESTION = 2000
_ALLOWED = {"\n", "\r", "\t"}


def refuse_control_characters(text: str) -> str:
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in _ALLOWED for letter in text):
        raise FieldError("control_characters")
    return text


def refuse_blank(text: str) -> str:
    if not any(unicodedata.category(letter)[0] not in "CZ" for letter in text):
        raise FieldError("required")
    return text


_NO_CONTROL_CHARACTERS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
"""For readers of the OpenAPI document; what is refused, the validators say."""
Text = Annotated[
    str,
    AfterValidator(refuse_control_characters),
    Field(json_schema_extra={"pattern": _NO_CONTROL_CHARACTERS}),
]
Said = Annotated[Text, AfterValidator(refuse_blank)]


class NewConversation(BaseModel):
    locale: Locale | None = Field(None, description="Language to be spoken to in; default by Accept-Language.")
    consent: bool | Annotated[Said, Field(max_length=40)] = Field(
        description="Version of the privacy notice agreed to (it stands on /privacy); true for today's."
    )
    page: Text | None = Field(None, max_length=500, description="Address of the page the chat was opened on.")

    @field_validator("consent")
    @classmethod
    def _given(cls, consent: bool | str) -> bool | str:
        if consent is False:
            raise FieldError("consent_required")
        return consent

    @property
    def agreed_to(self) -> str:
        return NOTICE if self.consent is True else str(self.consent)


class NewMessage(BaseModel):
    """`text` for what was typed, `value` for a pressed button."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": [name], "properties": {name: {"type": "string", "minLength": 1}}}
                for name in ("text", "value")
            ]
        }
    )
    id: UUID = Field(description="Made by the client. Sent twice, the message counts once.")
    text: Said | None = Field(None, max_length=LONGEST_TEXT)
    value: Said | None = Field(
        None, max_length=64, description="The opaque value of a button of this conversation."
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> NewMessage:
        if self.value is not None and len(self.value.encode()) > 64:
            raise FieldError("too_long")
        if self.text is None and self.value is None:
            raise FieldError("text_or_value")
        return self


class LocaleChoice(BaseModel):
    locale: Locale


class ResumeCode(BaseModel):
    code: str = Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")


class Question(BaseModel):
    question: Said = Field(max_length=LONGEST_QUESTION)
    locale: Locale | None = Field(None, description="Language of the answer; default that of the question.")


class Query(BaseModel):
    query: Said = Field(max_length=LONGEST_QUESTION)
    locale: Locale | None = None
    kinds: list[Kind] = Field(default_factory=list, max_length=8)
    k: int = Field(10, ge=1, le=50, description="How many passages at most.")


class ButtonOut(BaseModel):
    title: str
    value: str


class SourceOut(BaseModel):
    document: str
    title: str
    section: str
    url: str = Field(description="Opens this passage in the public library.")
    text: str
    score: float


class MessageOut(BaseModel):
    id: str
    conversation_id: str
    seq: int = Field(description="Grows by one inside a conversation, without gaps.")
    author: Literal["visitor", "bot", "coordinator", "system"]
    kind: str
    text: str = Field(description="Plain text with light Markdown (bold, lists, links); never HTML.")
    locale: str
    created_at: datetime
    buttons: list[ButtonOut]
    sources: list[SourceOut]
    data: dict[str, Any]

    @classmethod
    def of(cls, message: Message) -> MessageOut:
        return cls.model_validate(message, from_attributes=True)


class ConversationOut(BaseModel):
    id: str
    locale: str
    owner: Literal["bot", "queue", "coordinator"]
    created_at: datetime

    @classmethod
    def of(cls, conversation: ConversationView) -> ConversationOut:
        return cls.model_validate(conversation, from_attributes=True)


class OpenedOut(BaseModel):
    conversation: ConversationOut
    token: str = Field(description="Opens this conversation; shown once. Send it as `Authorization: Bearer`.")


class PlaceOut(BaseModel):
    ahead: int = Field(description="How many messages are answered before this one.")
    seconds: int = Field(description="After about how many seconds to expect the answer.")


class AcceptedOut(BaseModel):
    message: MessageOut
    owner: Literal["bot", "queue", "coordinator"]
    duplicate: bool = Field(description="The same id was recorded before; nothing new was written.")
    place: PlaceOut | None = Field(
        default=None, description="Its place in the queue, when so many wait that the answer takes a while."
    )


class MessagesOut(BaseModel):
    messages: list[MessageOut]
    owner: Literal["bot", "queue", "coordinator"]
    edited: list[MessageOut] = Field(
        default=[],
        description="Earlier messages that a coordinator has changed since `since`, as they are now; some may be "
        "told twice.",
    )
    as_of: datetime = Field(description="When this was so: send it as `since` the next time.")


class ResumeOut(BaseModel):
    code: str
    url: str = Field(description="Goes on with this conversation on another device, once.")
    telegram: str | None = Field(None, description="The same in Telegram, where that is set up.")
    expires_at: datetime


class AnswerOut(BaseModel):
    answered: bool
    text: str
    kind: str
    sources: list[SourceOut]
    data: dict[str, Any]
    confidence: float = Field(ge=0, le=1)
    locale: str


class HitOut(BaseModel):
    document: str
    kind: Kind
    title: str
    section: str
    url: str
    text: str
    score: float


class HitsOut(BaseModel):
    hits: list[HitOut]
    answerable: bool = Field(description="Whether the best of them is thought to answer the query.")


class FieldProblem(BaseModel):
    field: str
    code: str
    message: str = ""


class ProblemOut(BaseModel):
    """RFC 9457, `application/problem+json`."""

    model_config = ConfigDict(extra="allow")

    type: str
    code: str
    status: int
    title: str
    detail: str
    errors: list[FieldProblem] | None = None
    retry_after: int | None = None
