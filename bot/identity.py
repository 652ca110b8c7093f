"""Who somebody is at the organisation's identity provider: what bot.oidc finds out, without all it needs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.oidc import Provider

CALLBACK = "/inbox/sign-in/provider/callback"


class ProviderDown(Exception):
    """It cannot be reached, or does not answer as a provider does; may be tried again later."""


class IdentityRefused(Exception):
    """What came back does not prove who this is. `reason`: a code for the words, never shown as it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at the provider. `email` only if the provider has verified it."""

    issuer: str
    subject: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What binds the answer to the browser that asked; kept there, sealed, until it comes back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def begin(cls) -> Attempt:
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def make_provider(settings: Settings) -> Provider | None:
    """None where no provider is set; then nothing of OpenID Connect is loaded."""
    if settings.oidc_issuer is None:
        return None
    from bot.oidc import Provider

    return Provider(settings, settings.clock)
