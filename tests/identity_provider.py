"""A small OpenID Connect provider on loopback: real HTTP, real signatures, and ways to be wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "helpdesk", "the-secret-of-this-client"


@dataclass
class IdentityProvider:
    """`claims` is who signs in next; `wrong` names what is done wrong: down, denied, signature, nonce, mix_up."""

    now: datetime
    claims: dict[str, Any] = field(default_factory=dict)
    wrong: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}))
    url: str = ""

    def describe(self) -> dict[str, Any]:
        return {
            "issuer": "https://elsewhere.example" if self.wrong == "mix_up" else self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
        }

    def turn_key(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})

    def authorize(self, query: dict[str, str]) -> str:
        """Whoever comes is who `claims` says, at once. Gives the address to send them back to."""
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        told = {"code": code, "state": query["state"], "iss": self.url}
        if self.wrong == "denied":
            told = {"error": "access_denied", "state": query["state"], "iss": self.url}
        return f"{query['redirect_uri']}?{urlencode(told)}"

    def exchange(self, body: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(body.get("code", ""), None)
        digest = hashlib.sha256(body.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or proof != asked["code_challenge"] or body["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        shown = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if shown != f"{CLIENT}:{SECRET}":
            return 401, {"error": "invalid_client"}
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": self.sign(asked["nonce"])}

    def sign(self, nonce: str) -> str:
        moment = int(self.now.timestamp())
        claims = {"iss": self.url, "aud": CLIENT, "iat": moment, "exp": moment + 300, "nonce": nonce}
        if self.wrong == "nonce":
            claims["nonce"] = "of another attempt"
        key = RSAKey.generate_key(2048, {"kid": "1"}) if self.wrong == "signature" else self.key
        return jwt.encode({"alg": "RS256", "kid": str(key.kid)}, {**claims, **self.claims}, key)


class Door(BaseHTTPRequestHandler):
    provider: IdentityProvider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.provider.asked.append(parts.path)
        if self.provider.wrong == "down":
            return self.tell(500, {"error": "temporarily_unavailable"})
        if parts.path == "/.well-known/openid-configuration":
            return self.tell(200, self.provider.describe())
        if parts.path == "/keys":
            return self.tell(200, {"keys": [self.provider.key.as_dict(private=False)]})
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.send_response(302)
        self.send_header("Location", self.provider.authorize(query))
        self.end_headers()
        return None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        told = {name: values[0] for name, values in parse_qs(body).items()}
        if self.provider.wrong == "down":
            return self.tell(503, {"error": "temporarily_unavailable"})
        return self.tell(*self.provider.exchange(told, self.headers.get("Authorization", "")))

    def tell(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def run_provider(now: datetime) -> Iterator[IdentityProvider]:
    provider = IdentityProvider(now)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OwnDoor", (Door,), {"provider": provider}))
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
