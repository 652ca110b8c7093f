"""Tables, split by noun. Whoever needs `Base.metadata` whole imports this package."""

from handoff.models import (
    attachment,
    audit,
    channel,
    closure,
    conversation,
    coordinator,
    desk,
    erasure,
    figures,
    learning,
    material,
    message,
    outbox,
    request,
    signup,
    subscription,
)
from handoff.models.base import Base

__all__ = [
    "Base",
    "attachment",
    "audit",
    "channel",
    "closure",
    "conversation",
    "coordinator",
    "desk",
    "erasure",
    "figures",
    "learning",
    "material",
    "message",
    "outbox",
    "request",
    "signup",
    "subscription",
]
