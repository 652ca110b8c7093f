"""Every act that is put on record, sorted into kinds for the filter of the audit page."""

from __future__ import annotations

KINDS: dict[str, tuple[str, ...]] = {
    "reading": ("request.read", "attachment.read", "group.read", "audit.read"),
    "exporting": ("conversation.exported", "subscriber.exported", "report.exported", "audit.exported"),
    "erasing": (
        "conversation.erased", "subscriber.erased", "retention.run", "request.hold", "request.unhold",
    ),
    "signing_in": (
        "signed_in", "signed_out", "sign_in.failed", "recovery_code.used", "recovery_codes.renewed",
        "password.changed", "password.refused", "proof.refused", "session.ended", "sessions.ended",
        "second_factor.confirmed", "identity.linked", "identity.unlinked", "telegram_linked", "telegram_unlinked",
    ),
    "accounts": (
        "coordinator.added", "coordinator.changed", "coordinator.role", "coordinator.disabled",
        "coordinator.enabled", "coordinator.unlocked", "coordinator.sessions_ended", "password.reset",
        "second_factor.removed", "token.issued", "token.revoked", "coordinator.available", "coordinator.away",
        "coordinator.absence", "preferences.changed", "email.asked", "email.changed",
    ),
    "requests": (
        "request.opened", "request.claimed", "request.taken_over", "request.released", "request.taken_back",
        "request.transferred", "request.waiting", "request.visitor_wrote", "request.replied",
        "request.reply_edited", "request.note", "request.reminder_set", "request.closed", "request.withdrawn",
        "request.reopened", "request.reminded", "request.breached", "request.escalated", "message.resent",
    ),
    "answers": (
        "request.answer_held", "answer.sent", "answer.changed", "answer.refused", "request.answer_refused",
    ),
    "library": (
        "material.edited", "material.removed", "material.published", "material.rolled_back",
        "draft.created", "draft.changed", "draft.reviewed", "draft.discarded", "draft.published", "group.done",
        "group.ignored", "group.open", "control.added", "control.removed",
    ),
    "settings": ("approval.themes", "canned.saved", "canned.deleted", "closure.added", "closure.removed"),
    "visitors": ("conversation.resumed", "conversation.linked", "conversation.moved"),
}  # fmt: skip
KNOWN = frozenset(act for acts in KINDS.values() for act in acts)


def acts_of(chosen: str) -> tuple[str, ...] | None:
    """Of a kind (`kind:reading`) or of one act; None for anything else, which asks about none."""
    if chosen.startswith("kind:"):
        return KINDS.get(chosen.removeprefix("kind:"))
    return (chosen,) if chosen in KNOWN else None


def sentence_key(act: str) -> str:
    """Under which wording tells of it: a dot would be another level."""
    return f"audit.acts.{act.replace('.', '__')}"
