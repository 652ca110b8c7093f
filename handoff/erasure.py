"""Erasing: what was said and who said it is gone, that it was said stays for the counts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from handoff import audit, drafts, events, moves, question_groups, trackers
from handoff.database import now
from handoff.folding import fold
from handoff.models.attachment import Attachment
from handoff.models.channel import Chat, ShownMessage
from handoff.models.conversation import Conversation, ResumeCode, VisitorToken
from handoff.models.desk import HeldAnswer, MessageEdit
from handoff.models.message import Feedback, MessageRow, TurnRow
from handoff.models.outbox import Notification, Outgoing
from handoff.models.request import Request, RequestEvent, RequestNote
from handoff.models.subscription import Subscriber
from handoff.records import find_open_request, lock_conversation
from handoff.subscriptions import forget_subscriber


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left to erase on the disk: `files` are paths of uploads. Rasa is told by its own rows."""

    conversation_id: str
    files: tuple[str, ...]


def erase_conversation(session: Session, conversation_id: str, *, by: str = audit.VISITOR) -> Erased:
    """Everything of one conversation. An open request ends as withdrawn. Raises NotFound, also for one erased
    before. Put on record without a word of what it was."""
    conversation = lock_conversation(session, conversation_id)
    request = find_open_request(session, conversation_id)
    if request is not None:
        moves.end(session, conversation, request, outcome="withdrawn", actor=by)
    files = tuple(session.scalars(select(Attachment.path).where(Attachment.message_id.in_(_ids(conversation_id)))))
    _blank_messages(session, conversation_id)
    _blank_requests(session, conversation_id)
    drafts.forget_drafts(session, conversation_id)
    question_groups.forget_questions(session, conversation_id)
    _forget_ways_in(session, conversation)
    trackers.note_erasure(session, conversation_id)
    audit.record(session, by, "conversation.erased", f"conversation:{conversation_id}")
    events.note(session, events.conversation_topic(conversation_id), events.REQUESTS)
    return Erased(conversation_id, files)


def _ids(conversation_id: str) -> Select[str]:
    return select(MessageRow.id).where(MessageRow.conversation_id == conversation_id)


def _blank_messages(session: Session, conversation_id: str) -> None:
    """Kind, author, intent and time stay: they tell of the service, not of the person."""
    session.execute(
        update(MessageRow)
        .where(MessageRow.conversation_id == conversation_id)
        .values(text="", value=None, client_id=None, buttons=[], sources=[], data={}, evidence={})
    )
    session.execute(
        update(TurnRow)
        .where(TurnRow.conversation_id == conversation_id, TurnRow.state == "waiting")
        .values(state="dropped", leased_until=None, finished_at=now(session))
    )
    session.execute(update(Feedback).where(Feedback.conversation_id == conversation_id).values(reason=None))
    session.execute(delete(MessageEdit).where(MessageEdit.message_id.in_(_ids(conversation_id))))
    session.execute(delete(HeldAnswer).where(HeldAnswer.conversation_id == conversation_id))
    session.execute(delete(Attachment).where(Attachment.message_id.in_(_ids(conversation_id))))
    session.execute(delete(ShownMessage).where(ShownMessage.message_id.in_(_ids(conversation_id))))


def _blank_requests(session: Session, conversation_id: str) -> None:
    numbers = select(Request.number).where(Request.conversation_id == conversation_id)
    session.execute(
        update(Request)
        .where(Request.conversation_id == conversation_id)
        .values(summary="", form={}, searched="", remind_note="")
    )
    session.execute(
        update(RequestNote).where(RequestNote.request_number.in_(numbers)).values(text="", mentions=[])
    )
    for event in session.scalars(select(RequestEvent).where(RequestEvent.request_number.in_(numbers))):
        event.details = {key: told for key, told in event.details.items() if key != "note"}
    session.execute(update(Notification).where(Notification.request_number.in_(numbers)).values(data={}))


def _forget_ways_in(session: Session, conversation: Conversation) -> None:
    """Tokens, codes, addresses: nobody comes back to it, and nothing more goes out to the person from it."""
    here = conversation.id
    session.execute(delete(VisitorToken).where(VisitorToken.conversation_id == here))
    session.execute(delete(ResumeCode).where(ResumeCode.conversation_id == here))
    for subscriber in session.scalars(select(Subscriber).where(Subscriber.conversation_id == here)).all():
        forget_subscriber(session, subscriber.channel, subscriber.address)
    session.execute(
        update(Outgoing)
        .where(Outgoing.conversation_id == here, Outgoing.state.in_(("waiting", "failed")))
        .values(state="cancelled", lease=None, leased_until=None, finished_at=now(session))
    )
    session.execute(
        update(Outgoing).where(Outgoing.conversation_id == here).values(address="", payload={}, reason=None)
    )
    if conversation.external_id is not None:
        session.execute(
            update(Chat)
            .where(Chat.channel == conversation.channel, Chat.address == conversation.external_id)
            .values(locale=None, edits_next=None)
        )
    conversation.external_id = conversation.page = conversation.person_id = None
    conversation.hold = False
    conversation.erased_at = now(session)


def find_by_contact(session: Session, contact: str) -> list[str]:
    """Conversations in which this e-mail or phone was given, or whose address it is: for a person who asks to be
    erased in writing. Compared without spaces, case and diacritics."""
    wanted = fold(contact)
    if len(wanted) < 5:
        return []
    plain = wanted.replace(" ", "")
    query = (
        select(Conversation.id)
        .join(Request, Request.conversation_id == Conversation.id, isouter=True)
        .where(
            Conversation.erased_at.is_(None),
            or_(
                Request.searched.contains(wanted, autoescape=True),
                Request.searched.contains(plain, autoescape=True),
                Conversation.external_id == contact.strip(),
                Conversation.id.in_(
                    select(MessageRow.conversation_id).where(
                        MessageRow.text.contains(contact.strip(), autoescape=True)
                    )
                ),
            ),
        )
    )
    return sorted(set(session.scalars(query)))


def find_same_person(session: Session, conversation_id: str) -> list[str]:
    """This conversation and those the person has proved to be theirs."""
    person = session.scalar(select(Conversation.person_id).where(Conversation.id == conversation_id))
    if person is None:
        return [conversation_id]
    return sorted(
        session.scalars(
            select(Conversation.id).where(Conversation.person_id == person, Conversation.erased_at.is_(None))
        )
    )
