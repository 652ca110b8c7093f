"""Signing in by the organisation's own identity provider: OpenID Connect, the authorization code flow with PKCE.

Knows the provider and nothing of sessions: an address to send somebody to, and who came back from there
[OpenID Connect Core 1.0, sections 3.1 and 5.1; RFC 7636; RFC 9207].
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from bot.identity import CALLBACK, Attempt, Identity, IdentityRefused, ProviderDown
from bot.settings import Settings
from knowledge.clock import Clock

TIMEOUT = 5.0
"""Seconds for each answer of the provider: somebody waits for the page."""
KEPT = 600.0
"""Seconds for which what the provider says of itself is not asked again."""
LEEWAY = 60
"""Seconds by which its clock may differ from ours."""
LONGEST_ANSWER = 512 * 1024
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that only the provider has: neither `none` nor a secret that we have too."""
SCOPE = "openid email profile"


Check = Callable[[Mapping[str, Any]], None]
"""Raises ProviderDown for what is not to be kept."""


def take_all(_: Mapping[str, Any]) -> None:
    """Nothing to check."""


class Provider:
    """Safe between threads. Every method that asks the provider raises ProviderDown."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        assert settings.oidc_issuer is not None
        self.issuer = settings.oidc_issuer
        self._settings, self._clock = settings, clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    @property
    def redirect_uri(self) -> str:
        return f"{self._settings.base_url}{CALLBACK}"

    def address_for(self, attempt: Attempt) -> str:
        """Where the person signs in."""
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(address)

    def identify(self, attempt: Attempt, answer: Mapping[str, str]) -> Identity:
        """Who came back with this query. Raises IdentityRefused."""
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise IdentityRefused("state")
        if answer.get("iss", self._told_issuer()).rstrip("/") != self.issuer:
            raise IdentityRefused("issuer")
        if answer.get("error"):
            raise IdentityRefused("cancelled" if answer["error"] == "access_denied" else "refused")
        if not answer.get("code"):
            raise IdentityRefused("state")
        token = self._exchange(answer["code"], attempt.verifier)
        return self._read(token, attempt.nonce)

    def describe(self) -> dict[str, Any]:
        """What the provider says of itself."""
        return self._fetch(f"{self.issuer}/.well-known/openid-configuration", check=self._check_name)

    def _check_name(self, told: Mapping[str, Any]) -> None:
        if str(told.get("issuer", "")).rstrip("/") != self.issuer:
            raise ProviderDown("the provider calls itself by another name")

    def _told_issuer(self) -> str:
        return str(self.describe()["issuer"])

    def _endpoint(self, name: str) -> str:
        address = self.describe().get(name)
        if not isinstance(address, str) or not address.startswith(("https://", "http://")):
            raise ProviderDown(f"the provider tells no {name}")
        return address

    def _client(self) -> OAuth2Client:
        """Its secret goes in the way the provider takes it; without one, the code's verifier is the proof."""
        given = self._settings.oidc_client_secret
        secret = given.get_secret_value() if given else None
        return OAuth2Client(
            self._settings.oidc_client_id,
            secret,
            scope=SCOPE,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=self._method() if secret else "none",
            timeout=TIMEOUT,
        )

    def _method(self) -> str:
        known = self.describe().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"

    def _exchange(self, code: str, verifier: str) -> Mapping[str, Any]:
        endpoint = self._endpoint("token_endpoint")
        try:
            with self._client() as client:
                told = client.fetch_token(
                    endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except OAuthError as error:
            raise IdentityRefused("code") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderDown(f"the token endpoint failed: {type(error).__name__}") from error
        if not isinstance(told.get("id_token"), str):
            raise IdentityRefused("token")
        return dict(told)

    def _read(self, token: Mapping[str, Any], nonce: str) -> Identity:
        told = self.describe()
        try:
            found = self._verify(str(token["id_token"]), told)
            claims = CodeIDToken(
                found.claims,
                found.header,
                {
                    "iss": {"essential": True, "value": told["issuer"]},
                    "aud": {"essential": True, "value": self._settings.oidc_client_id},
                    "sub": {"essential": True},
                },
                {
                    "nonce": nonce,
                    "client_id": self._settings.oidc_client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(self._clock().timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise IdentityRefused("token") from error
        verified = claims.get("email_verified") in (True, "true") and isinstance(claims.get("email"), str)
        return Identity(self.issuer, str(claims["sub"]), str(claims["email"]) if verified else None)

    def _verify(self, id_token: str, told: Mapping[str, Any]) -> jwt.Token:
        """Keys change: one that is not known is looked for once more."""
        named = told.get("id_token_signing_alg_values_supported") or ["RS256"]
        allowed = [one for one in ALGORITHMS if one in named]
        try:
            return jwt.decode(id_token, self._keys(), algorithms=allowed)
        except (JoseError, ValueError):
            return jwt.decode(id_token, self._keys(fresh=True), algorithms=allowed)

    def _keys(self, *, fresh: bool = False) -> KeySet:
        told = self._fetch(self._endpoint("jwks_uri"), fresh=fresh)
        keys = [key for one in told.get("keys", []) if (key := read_key(one))]
        if not keys:
            raise ProviderDown("the provider tells no key that can be read")
        return KeySet(keys)

    def _fetch(self, address: str, *, fresh: bool = False, check: Check = take_all) -> dict[str, Any]:
        """Kept for a while, once it has passed the check."""
        with self._lock:
            when, kept = self._kept.get(address, (0.0, {}))
        if kept and not fresh and time.monotonic() - when < KEPT:
            return kept
        told = fetch_json(address)
        check(told)
        with self._lock:
            self._kept[address] = (time.monotonic(), told)
        return told


def read_key(told: object) -> Key | None:
    """None for one of a kind that is not known here, or that does not sign."""
    if not isinstance(told, dict) or told.get("use", "sig") != "sig" or told.get("kty") == "oct":
        return None
    try:
        return JWKRegistry.import_key(told)
    except (JoseError, ValueError, TypeError):
        return None


def fetch_json(address: str) -> dict[str, Any]:
    """An object of bounded size; redirects are not followed."""
    try:
        with httpx2.Client(timeout=TIMEOUT) as client, client.stream("GET", address) as answer:
            answer.raise_for_status()
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) > LONGEST_ANSWER:
                    raise ProviderDown("the provider's answer is too long")
        told = httpx2.Response(200, content=bytes(body)).json()
    except (httpx2.HTTPError, ValueError) as error:
        raise ProviderDown(f"{type(error).__name__}") from error
    if not isinstance(told, dict):
        raise ProviderDown("the provider's answer is no object")
    return told
