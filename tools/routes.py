"""Who gets what at every route of the application: written down here, made into docs/security-routes.md, and held
against the running application by tests/bot/gateway/test_routes.py, where a route that is not here fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ROLES = ("viewer", "coordinator", "editor", "administrator")
ACTORS = {
    "stranger": "nobody known",
    "own": "visitor with the conversation's own token",
    "foreign": "visitor with the token of another conversation",
    "viewer": "signed-in viewer",
    "coordinator": "signed-in coordinator",
    "editor": "signed-in editor",
    "administrator": "signed-in administrator",
    "token": "a coordinator's API token",
}
OUTCOMES = {
    "yes": "let through",
    "401": "401, asked to say who it is",
    "403": "403, not allowed",
    "404": "404, as if it were not there",
    "gone": "told that there is nothing (any more)",
    "sign-in": "led to the sign-in page",
    "reports": "led to the reports",
}
EVERYBODY = dict.fromkeys(ACTORS, "yes")
NOBODY_KNOWN = dict.fromkeys(("stranger", "own", "foreign"), "401")
LED_AWAY = dict.fromkeys(("stranger", "own", "foreign", "token"), "sign-in")


@dataclass(frozen=True, slots=True)
class Kind:
    """What each actor gets. `by_cookie`: a change needs the session's CSRF token, and a page of ours as origin."""

    title: str
    why: str
    gets: dict[str, str]
    by_cookie: bool = False


def page(title: str, why: str, *, refused: tuple[str, ...] = (), **others: str) -> Kind:
    allowed = {role: "403" if role in refused else "yes" for role in ROLES}
    return Kind(title, why, {**LED_AWAY, **allowed, **others}, by_cookie=True)


def call(title: str, why: str, *, refused: tuple[str, ...] = ()) -> Kind:
    allowed = {role: "403" if role in refused else "yes" for role in ROLES}
    return Kind(title, why, {**NOBODY_KNOWN, **allowed, "token": "yes"}, by_cookie=True)


KINDS = {
    "open": Kind("Open to everybody", "Limited by network address; nothing personal is in it.", EVERYBODY),
    "conversation": Kind(
        "One's own conversation",
        "By the conversation's token alone. A foreign token gets the same answer as a conversation that does not "
        "exist; a coordinator reads conversations at the desk, where it is put on record.",
        {**dict.fromkeys(ACTORS, "401"), "own": "yes", "foreign": "404", "token": "404"},
    ),
    "key": Kind(
        "Whoever has the key",
        "The key in the address or the form is the right, and is told to its owner alone. This table is made with "
        "a wrong key: who one is does not help.",
        dict.fromkeys(ACTORS, "404"),
    ),
    "subscription": Kind(
        "A subscriber's own page",
        "By the key in the address, which is in each of the subscriber's letters. This table is made with a wrong "
        "key: everybody gets the page of those who have left. Changes are refused from pages of other sites.",
        dict.fromkeys(ACTORS, "gone"),
    ),
    "credentials": Kind(
        "Signing in",
        "By password and second factor; wrong tries lock the account and the network address for a while. This "
        "table is made with a wrong password. Forms of other sites are refused.",
        dict.fromkeys(ACTORS, "403"),
    ),
    "provider": Kind(
        "Signing in by an identity provider",
        "Not there unless a provider is set; this table is made without one.",
        dict.fromkeys(ACTORS, "404"),
    ),
    "secret": Kind(
        "Another program, by its secret",
        "Only who knows the shared secret is heard. This table is made without it.",
        dict.fromkeys(ACTORS, "403"),
    ),
    "signed page": page("Pages of whoever is signed in", "One's own account, password and second factor."),
    "linking page": page(
        "Linking one's account at the identity provider",
        "One's own, with the password's proof. Not there unless a provider is set; this table has none.",
        **dict.fromkeys(ROLES, "404"),
    ),
    "reading page": page("Pages for reading reports", "Counts without persons: viewers too."),
    "first page": page(
        "The desk's first page", "Viewers are led to what they may see.", viewer="reports",
    ),
    "answering page": page(
        "Pages of those who answer", "Conversations and requests are personal.", refused=("viewer",)
    ),
    "own draft page": page(
        "Drafts of answers",
        "A coordinator takes back only a draft of their own, editors any. This table is made with somebody "
        "else's.",
        refused=("viewer", "coordinator"),
    ),
    "editing page": page(
        "Pages of those who edit the library", "The bot speaks their words.", refused=("viewer", "coordinator")
    ),
    "administering page": page(
        "Pages of administrators",
        "Accounts, days off, settings, the audit trail.",
        refused=("viewer", "coordinator", "editor"),
    ),
    "signed call": call("API of whoever is signed in", "By the session's cookie or an API token."),
    "reading call": call("API for reading reports", "By the session's cookie or an API token."),
    "answering call": call(
        "API of those who answer", "By the session's cookie or an API token.", refused=("viewer",)
    ),
}  # fmt: skip

ROUTES: dict[str, tuple[str, ...]] = {
    "open": (
        "GET /", "GET /chat", "GET /accessibility", "GET /privacy", "GET /favicon.ico", "GET /robots.txt",
        "GET /sitemap.xml", "GET /widget.js", "GET /widget-more.js", "GET /widget-lv.js", "GET /widget-en.js",
        "GET /static", "GET /static/widget.css", "GET /static/widget-more.css", "GET /static/vendor/{name}",
        "GET /library", "GET /library/{locale}/{document_id}", "GET /calls", "GET /calls.ics", "GET /calls.atom",
        "GET /calls/subscribe", "POST /calls/subscribe", "GET /calls/subscribe/sent", "GET /health",
        "GET /metrics",
        "GET /api/v1/openapi.json", "POST /api/v1/conversations", "POST /api/v1/ask", "POST /api/v1/search",
        "GET /api/v1/library", "GET /api/v1/calls", "GET /api/v1/calls.ics", "GET /api/v1/calls.atom",
        "GET /inbox/sign-in",
    ),
    "credentials": ("POST /inbox/sign-in", "POST /api/v1/login"),
    "provider": ("GET /inbox/sign-in/provider", "GET /inbox/sign-in/provider/callback"),
    "conversation": (
        "GET /api/v1/conversations/{conversation_id}", "PATCH /api/v1/conversations/{conversation_id}",
        "DELETE /api/v1/conversations/{conversation_id}", "POST /api/v1/conversations/{conversation_id}/messages",
        "GET /api/v1/conversations/{conversation_id}/messages",
        "GET /api/v1/conversations/{conversation_id}/events",
        "POST /api/v1/conversations/{conversation_id}/files",
        "POST /api/v1/conversations/{conversation_id}/resume-link",
        "GET /api/v1/conversations/{conversation_id}/export",
    ),
    "key": (
        "POST /api/v1/conversations/resume", "GET /files/{file_id}", "GET /calls/subscribe/confirm/{token}",
        "GET /inbox/confirm-email/{token}", "POST /inbox/confirm-email/{token}",
        "POST /calls/subscribe/confirm/{token}", "GET /calls/subscriptions/{key}/data",
    ),
    "subscription": (
        "GET /calls/subscriptions/{key}", "POST /calls/subscriptions/{key}/add",
        "POST /calls/subscriptions/{key}/end", "POST /calls/subscriptions/{key}/settings",
        "GET /calls/subscriptions/{key}/unsubscribe", "POST /calls/subscriptions/{key}/unsubscribe",
    ),
    "secret": ("POST /telegram/webhook",),
    "signed page": (
        "POST /inbox/sign-out", "GET /inbox/password", "POST /inbox/password", "GET /inbox/second-factor",
        "POST /inbox/second-factor/begin", "POST /inbox/second-factor/confirm", "POST /inbox/second-factor/renew",
        "POST /inbox/second-factor/remove", "GET /inbox/account",
        "POST /inbox/account/profile", "POST /inbox/account/security/email",
        "GET /inbox/account/security", "POST /inbox/account/security/end",
        "POST /inbox/account/security/end-others",
        "GET /inbox/account/tokens", "POST /inbox/account/tokens", "POST /inbox/account/tokens/revoke",
    ),
    "linking page": ("POST /inbox/account/security/identity", "POST /inbox/account/security/identity/unlink"),
    "reading page": (
        "GET /inbox/reports", "GET /inbox/reports/rows.csv", "GET /inbox/reports/rows.xlsx",
        "GET /inbox/reports/year", "GET /inbox/reports/year/{year}",
    ),
    "first page": ("GET /inbox",),
    "answering page": (
        "POST /inbox", "GET /inbox/{number:int}", "GET /inbox/{number:int}/export",
        "POST /inbox/{number:int}/reply",
        "POST /inbox/{number:int}/{action}", "POST /inbox/{number}/suggestions", "POST /inbox/{number:int}/draft",
        "GET /inbox/canned", "GET /inbox/canned/{number:int}", "GET /inbox/approval", "GET /inbox/learning",
        "GET /inbox/learning/groups/{number}", "POST /inbox/learning/groups/{number}/{state}",
        "POST /inbox/learning/groups/{number}/draft", "GET /inbox/learning/drafts",
        "GET /inbox/learning/drafts/{number}", "POST /inbox/learning/drafts/{number}",
        "GET /inbox/learning/checks/{number}",
        "GET /inbox/learning/controls", "GET /inbox/materials", "GET /inbox/materials/{locale}/{name}",
        "GET /inbox/materials/{locale}/{name}/history", "POST /inbox/account/languages",
        "POST /inbox/account/absence", "POST /inbox/account/back",
        "POST /inbox/account/availability", "GET /inbox/account/notifications",
        "POST /inbox/account/notifications",
        "POST /inbox/account/notifications/telegram", "POST /inbox/account/notifications/telegram/unlink",
    ),
    "own draft page": ("POST /inbox/learning/drafts/{number}/discard",),
    "editing page": (
        "POST /inbox/canned", "POST /inbox/canned/{number:int}", "POST /inbox/canned/{number:int}/delete",
        "POST /inbox/learning/drafts/{number}/review", "POST /inbox/learning/drafts/{number}/publish",
        "POST /inbox/learning/checks/{number}/again", "POST /inbox/learning/checks/{number}/undo",
        "POST /inbox/learning/controls", "POST /inbox/learning/controls/{number}/remove",
        "GET /inbox/materials/new", "POST /inbox/materials/new", "POST /inbox/materials/{locale}/{name}",
        "POST /inbox/materials/{locale}/{name}/restore", "POST /inbox/materials/{locale}/{name}/remove",
    ),
    "administering page": (
        "POST /inbox/approval", "GET /inbox/administration", "POST /inbox/administration/people",
        "GET /inbox/administration/people/{account_id}", "POST /inbox/administration/people/{account_id}",
        "POST /inbox/administration/people/{account_id}/{act}",
        "POST /inbox/administration/people/{account_id}/email", "GET /inbox/administration/hours",
        "POST /inbox/administration/hours", "POST /inbox/administration/hours/{number}/remove",
        "GET /inbox/administration/state", "GET /inbox/administration/settings", "GET /inbox/administration/audit",
        "GET /inbox/administration/audit.csv",
    ),
    "signed call": ("POST /api/v1/logout", "GET /api/v1/me", "POST /api/v1/me/password"),
    "reading call": ("GET /api/v1/reports", "GET /api/v1/reports/conversations"),
    "answering call": (
        "GET /api/v1/requests", "GET /api/v1/requests/events", "GET /api/v1/requests/{number}",
        "POST /api/v1/requests/{number}/claim", "POST /api/v1/requests/{number}/release",
        "POST /api/v1/requests/{number}/transfer", "POST /api/v1/requests/{number}/reply",
        "POST /api/v1/requests/{number}/note", "POST /api/v1/requests/{number}/remind",
        "POST /api/v1/requests/{number}/wait", "POST /api/v1/requests/{number}/close",
        "POST /api/v1/requests/{number}/reopen", "POST /api/v1/requests/{number}/typing",
        "GET /api/v1/attachments/{attachment_id}", "POST /api/v1/me/telegram-link",
    ),
}  # fmt: skip


def kinds_of_routes() -> dict[str, str]:
    return {route: kind for kind, routes in ROUTES.items() for route in routes}


def write_routes() -> str:
    """docs/security-routes.md, a section a kind."""
    return "\n".join(_write())


def _write() -> Iterator[str]:
    yield "# Who gets what at every route\n"
    yield (
        "`tools/routes.py` says so, this page is made from it by `python -m tools.documentation`, and\n"
        "`tests/bot/gateway/test_routes.py` calls every route of the running application as each of these,\n"
        "over a database with one of everything. A route that is not in the table fails the test, and so does\n"
        "one that lets through whom it should not, or refuses whom it should let through.\n"
    )
    yield "| who | |\n|---|---|"
    yield from (f"| {actor} | {meaning} |" for actor, meaning in ACTORS.items())
    yield "\n| what | |\n|---|---|"
    yield from (f"| {told} | {meaning} |" for told, meaning in OUTCOMES.items())
    yield (
        "\n**Changes by cookie** (every `POST` of the pages and calls below that say so) are refused with 403\n"
        "without the session's own CSRF token, and with it if the browser names another site as the origin.\n"
        "An API token is no cookie: a browser does not send it by itself.\n"
    )
    for name, kind in KINDS.items():
        yield from _write_kind(kind, sorted(ROUTES.get(name, ()), key=_by_path))


def _write_kind(kind: Kind, routes: list[str]) -> Iterator[str]:
    yield f"## {kind.title}\n"
    proof = " Changes need the CSRF token." if kind.by_cookie else ""
    yield f"{kind.why}{proof}\n"
    yield "| " + " | ".join(ACTORS) + " |\n" + "|---" * len(ACTORS) + "|"
    yield "| " + " | ".join(kind.gets[actor] for actor in ACTORS) + " |\n"
    yield from (f"- `{route}`" for route in routes)
    yield ""


def _by_path(route: str) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    return path, method
