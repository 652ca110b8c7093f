"""Which reply belongs to which intent. Rasa's rules say the same through actions; a test holds them together."""

from __future__ import annotations

from bot.replies import (
    call_details,
    calls,
    confirming,
    consultation,
    contact,
    feedback,
    languages,
    particulars,
    person,
    questions,
    reminders,
    smalltalk,
)
from bot.replies.dialogue import Reply

MOVES: dict[str, Reply] = {
    "greet": smalltalk.reply,
    "goodbye": smalltalk.reply,
    "thanks": smalltalk.reply,
    "help": smalltalk.reply,
    "bot_challenge": smalltalk.reply,
    "privacy": smalltalk.reply,
    "smalltalk": smalltalk.reply,
    "insult": smalltalk.reply,
    "out_of_scope": smalltalk.reply,
    "go_back": smalltalk.reply,
    "skip": smalltalk.reply,
    "repeat": smalltalk.repeat,
    "affirm": confirming.confirm,
    "deny": confirming.confirm,
    "list_calls": calls.list_calls,
    "more": particulars.more,
    "call_details": call_details.describe_call,
    "call_applicants": call_details.tell_applicants,
    "call_amount": call_details.tell_money,
    "call_own_share": call_details.tell_own_share,
    "call_deadline": call_details.tell_deadline,
    "call_apply": call_details.tell_how_to_apply,
    "choose": particulars.choose,
    "inform": particulars.take,
    "describe_situation": particulars.describe_situation,
    "ask_person": person.hand_over,
    "complaint": person.hand_over,
    "distress": person.hand_over,
    "legal_judgement": person.offer_person,
    "review_application": person.offer_person,
    "request_status": person.tell_request_status,
    "contact": contact.tell_contact,
    "cancel": person.cancel,
    "consultation": consultation.begin,
    "switch_language": languages.switch,
    "subscribe": reminders.subscribe,
    "unsubscribe": reminders.unsubscribe,
    "feedback": feedback.take_verdict,
    "not_helpful": feedback.regret,
    "question": questions.answer,
}


def find_reply(intent: str) -> Reply:
    """Whatever is not a dialogue move is a question for retrieval."""
    return MOVES.get(intent, questions.answer)
