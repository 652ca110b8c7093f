"""What can be refused here.

HandoffError
├── NotFound           no such conversation, message, request or coordinator (or not yours: the same answer)
├── NotAllowed         you may not do this
├── StaleEpoch         the conversation changed hands while this was being prepared
├── IllegalMove        the request or conversation is not in a state that allows this
│   └── AlreadyClaimed another coordinator has it; `owner` names them
├── Invalid            a value is out of bounds; `field` and a message code say which
└── Locked             too many attempts; `retry_after` in seconds
"""

from __future__ import annotations


class HandoffError(Exception):
    """`code` is stable and machine-readable; callers word it for people by it."""

    code = "handoff_error"

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.facts = facts


class NotFound(HandoffError):
    code = "not_found"


class NotAllowed(HandoffError):
    code = "not_allowed"


class StaleEpoch(HandoffError):
    code = "stale_epoch"


class IllegalMove(HandoffError):
    code = "illegal_move"


class AlreadyClaimed(IllegalMove):
    code = "already_claimed"

    def __init__(self, owner: str, detail: str = "") -> None:
        super().__init__(detail, owner=owner)
        self.owner = owner


class Invalid(HandoffError):
    code = "invalid"


class Locked(HandoffError):
    code = "locked"

    def __init__(self, retry_after: int, detail: str = "") -> None:
        super().__init__(detail, retry_after=retry_after)
        self.retry_after = retry_after
