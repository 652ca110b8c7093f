"""What a coordinator does with a request. Each locks the conversation first, so that two never both succeed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import assignment, clocks, history, notifying, ratings, statuses
from handoff.availability import ANSWERS
from handoff.database import now
from handoff.errors import IllegalMove, Invalid, NotFound
from handoff.held import drop_held
from handoff.listing import view_request
from handoff.masking import mask_personal_codes
from handoff.models.base import clean_text
from handoff.models.conversation import Conversation
from handoff.models.coordinator import Coordinator
from handoff.models.request import Request
from handoff.notes import write_note
from handoff.owners import change_owner
from handoff.permissions import require_answering, require_mine, taken
from handoff.records import find_open_request, lock_conversation
from handoff.views import OUTCOMES, Actor, Owner, RequestView

HELD = ("claimed", "waiting")


def lock_request(session: Session, number: int) -> tuple[Conversation, Request]:
    """Both rows, fresh, held until the transaction ends. Raises NotFound."""
    conversation_id = session.scalar(select(Request.conversation_id).where(Request.number == number))
    if conversation_id is None:
        raise NotFound("no such request")
    conversation = lock_conversation(session, conversation_id)
    request = session.get_one(Request, number, populate_existing=True)
    return conversation, request


def claim(session: Session, actor: Actor, number: int) -> RequestView:
    """new -> claimed, atomically. Raises AlreadyClaimed naming who has it. Claiming one's own again is fine."""
    require_answering(actor)
    conversation, request = lock_request(session, number)
    if request.state in HELD and request.assignee_id != actor.id:
        raise taken(session, request)
    if request.state not in HELD:
        take(session, conversation, request, actor)
    return view_request(session, request, actor)


def take(
    session: Session, conversation: Conversation, request: Request, actor: Actor, action: str = "claimed"
) -> None:
    """The request and the conversation become this coordinator's, and the visitor is told."""
    give_to(session, request, actor.id)
    history.move(session, request, "claimed", action, actor.id)
    change_owner(session, conversation, Owner.COORDINATOR, actor=actor.id, reason=action)
    statuses.tell(session, conversation, request, action, name=actor.name)


def give_to(session: Session, request: Request, coordinator_id: str) -> None:
    request.assignee_id = coordinator_id
    request.claimed_at = now(session)
    coordinator = session.get(Coordinator, coordinator_id)
    if coordinator is not None:
        coordinator.assigned_at = now(session)


def release(session: Session, actor: Actor, number: int, note: str = "") -> RequestView:
    """Back to the queue, in its old place. Raises AlreadyClaimed for somebody else's."""
    require_answering(actor)
    conversation, request = lock_request(session, number)
    if request.state in HELD:
        require_mine(session, actor, request)
    put_back(session, conversation, request, "released", actor.id, note)
    return view_request(session, request, actor)


def put_back(
    session: Session, conversation: Conversation, request: Request, action: str, actor: str, note: str = ""
) -> None:
    before = request.assignee_id
    if request.state not in HELD:
        raise IllegalMove(
            f"a request that is {request.state} cannot be released", state=request.state, wanted="new"
        )
    history.move(session, request, "new", action, actor, note=note)
    request.assignee_id = request.claimed_at = None
    if note:
        write_note(session, request, actor, note)
    clocks.resume(session, request)
    change_owner(session, conversation, Owner.QUEUE, actor=actor, reason=action)
    assignment.suggest(session, request, without=before)
    statuses.tell(session, conversation, request, action)
    notifying.put_back(session, request, action, before)


def transfer(session: Session, actor: Actor, number: int, to: str, note: str = "") -> RequestView:
    """To the coordinator with this e-mail, who is told. Raises Invalid if they cannot answer."""
    require_answering(actor)
    conversation, request = lock_request(session, number)
    if request.state == "closed":
        raise IllegalMove(
            "a closed request cannot be transferred; reopen it first", state="closed", wanted="claimed"
        )
    require_mine(session, actor, request)
    receiver = find_receiver(session, to)
    if receiver.id == request.assignee_id:
        return view_request(session, request, actor)
    hand_to(session, conversation, request, receiver, actor.id, note)
    return view_request(session, request, actor)


def hand_to(
    session: Session,
    conversation: Conversation,
    request: Request,
    receiver: Coordinator,
    actor: str,
    note: str = "",
) -> None:
    was_waiting = request.state == "waiting"
    history.move(session, request, "claimed", "transferred", actor, note=note, receiver=receiver.id)
    if note:
        write_note(session, request, actor, note)
    if was_waiting:
        clocks.resume(session, request)
    give_to(session, request, receiver.id)
    change_owner(session, conversation, Owner.COORDINATOR, actor=actor, reason="transferred")
    statuses.tell(session, conversation, request, "transferred", name=receiver.name)
    moment = int(now(session).timestamp())
    notifying.notify(session, [receiver], "assigned", request, dedupe=f"assigned:{request.number}:{moment}")


def find_receiver(session: Session, email: str) -> Coordinator:
    found = session.scalar(select(Coordinator).where(Coordinator.email == email.strip().lower()))
    if found is None or found.disabled_at is not None or found.role not in ANSWERS:
        raise Invalid("nobody who answers has this address", field="to", reason="unknown")
    return found


def remind(session: Session, actor: Actor, number: int, at: datetime, note: str = "") -> RequestView:
    """The request comes back to its coordinator's notice then. Raises Invalid for a time that is past."""
    require_answering(actor)
    _, request = lock_request(session, number)
    if request.state == "closed":
        raise IllegalMove("a closed request has nothing to remind of; reopen it first", state="closed")
    require_mine(session, actor, request)
    if at.tzinfo is None or at <= now(session):
        raise Invalid("a reminder needs a time to come, with its zone", field="at", reason="past")
    request.remind_at, request.remind_note = at, mask_personal_codes(clean_text(note))[:500]
    history.write(session, request, "reminder_set", actor.id, at=at.isoformat(), note=note)
    return view_request(session, request, actor)


def wait_for_visitor(session: Session, actor: Actor, number: int) -> RequestView:
    """claimed -> waiting: the clocks stand still until the visitor writes."""
    require_answering(actor)
    _, request = lock_request(session, number)
    require_mine(session, actor, request)
    if request.state == "new":
        raise IllegalMove("a request nobody has taken cannot wait for the visitor", state="new", wanted="waiting")
    history.move(session, request, "waiting", "waiting", actor.id)
    clocks.pause(session, request)
    return view_request(session, request, actor)


def close(session: Session, actor: Actor, number: int, *, outcome: str) -> RequestView:
    """claimed or waiting -> closed; the conversation goes back to the bot, which says so and starts clean."""
    require_answering(actor)
    if outcome not in OUTCOMES:
        raise Invalid(f"an outcome is one of {', '.join(OUTCOMES)}", field="outcome", reason="unknown")
    conversation, request = lock_request(session, number)
    require_mine(session, actor, request)
    if request.state not in HELD:
        raise IllegalMove(
            f"a request that is {request.state} cannot be closed", state=request.state, wanted="closed"
        )
    finish(session, conversation, request, outcome=outcome, actor=actor.id)
    return view_request(session, request, actor)


def finish(session: Session, conversation: Conversation, request: Request, *, outcome: str, actor: str) -> None:
    """Close, say so and ask what it was like, start clean."""
    end(session, conversation, request, outcome=outcome, actor=actor)
    event = "withdrawn" if outcome == "withdrawn" else "closed"
    question = ratings.offer(session, request, conversation.locale)
    statuses.tell(session, conversation, request, event, question=question)
    start_clean(conversation)


def end(session: Session, conversation: Conversation, request: Request, *, outcome: str, actor: str) -> None:
    history.move(
        session, request, "closed", "withdrawn" if outcome == "withdrawn" else "closed", actor, outcome=outcome
    )
    request.outcome, request.closed_at = outcome, now(session)
    request.remind_at = None
    clocks.pause(session, request)
    request.closed_seq = conversation.last_seq
    drop_held(session, request.number)
    change_owner(session, conversation, Owner.BOT, actor=actor, reason=outcome)


def start_clean(conversation: Conversation) -> None:
    """What follows is a new matter: the bot reads nothing from before."""
    conversation.session_no += 1
    conversation.started_seq = conversation.last_seq


def withdraw(session: Session, conversation_id: str) -> int:
    """The visitor no longer needs a person. Gives the request's number. Raises NotFound if there is none open."""
    conversation = lock_conversation(session, conversation_id)
    request = find_open_request(session, conversation_id)
    if request is None:
        raise NotFound("there is no open request")
    finish(session, conversation, request, outcome="withdrawn", actor="visitor")
    return request.number


def reopen(session: Session, actor: Actor, number: int) -> RequestView:
    """closed -> new. Raises IllegalMove while the conversation has another open request."""
    require_answering(actor)
    conversation, request = lock_request(session, number)
    other = find_open_request(session, conversation.id)
    if request.state == "closed" and other is not None:
        raise IllegalMove(
            f"request {other.number} of this conversation is open", state="closed", other=other.number
        )
    history.move(session, request, "new", "reopened", actor.id)
    request.outcome = request.closed_at = request.closed_seq = request.assignee_id = request.claimed_at = None
    request.queued_at = now(session)
    request.escalated_at = None
    request.session_no = conversation.session_no
    clocks.start(session, request)
    change_owner(session, conversation, Owner.QUEUE, actor=actor.id, reason="reopened")
    assignment.suggest(session, request)
    statuses.tell(session, conversation, request, "reopened")
    notifying.request_opened(session, request)
    return view_request(session, request, actor)
