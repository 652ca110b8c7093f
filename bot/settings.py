"""Every setting of the helpdesk: HELPDESK_* in the environment or in a .env file. Wrong values stop the start."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from limits import parse_many
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from bot.secret_files import FileSecretSettings
from handoff.calendar import read_hours
from handoff.settings import HandoffSettings, MailSettings
from knowledge.clock import Clock, fixed_clock, system_clock

ROOT = Path(__file__).resolve().parent.parent


def check_issuer(issuer: str) -> str:
    """Sign-ins go over TLS; a provider on this very machine, for trying out, may do without. Raises ValueError."""
    parts = urlsplit(issuer)
    local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ValueError(f"{issuer!r} is no address of a provider: it begins with https://")
    if parts.query or parts.fragment or parts.username:
        raise ValueError(f"{issuer!r} is no name of a provider: it has no ?, # or user name")
    return issuer.rstrip("/")


class Settings(FileSecretSettings):
    """Each field's description is its documentation: docs/settings.md is made from them and checked. Errors do not
    show what was given, which may be a secret."""

    model_config = SettingsConfigDict(
        env_prefix="HELPDESK_", env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    public_url: str | None = Field(
        None, description="Address under which people reach the helpdesk; links in messages start with it."
    )
    data: Path = Field(
        ROOT / "var", description="Folder of everything the helpdesk writes: database, index, models, uploads."
    )
    materials: list[Path] = Field(
        default_factory=lambda: [ROOT / "knowledge" / "materials"],
        description="Folders and files that hold what the helpdesk knows (a JSON list).",
    )
    database_url: str | None = Field(None, description="SQLAlchemy address; default SQLite in the data folder.")
    demo: bool | None = Field(
        None, description="Show demonstration calls; default on with SQLite, off with another database."
    )
    encoder: str = Field(
        "packaged",
        description="`packaged`, `packaged-plain` (without what was learned on top of it), or a "
        "sentence-transformers model by name or path.",
    )
    locale: Literal["lv", "en"] = Field("lv", description="Language spoken when nothing else is known.")
    timezone: str = Field("Europe/Riga", description="Time zone of opening hours and dates shown.")
    now: datetime | None = Field(None, description="An ISO instant at which the clock stands, for demonstrations.")
    rasa_url: str | None = Field(
        None, description="Address of a Rasa server started elsewhere; default one of our own on loopback."
    )
    rasa_timeout: float = Field(
        4.0, gt=0, le=60, description="Seconds to wait for Rasa before the answer is given without it."
    )
    rasa_secret: SecretStr | None = Field(
        None, description="Shared secret between Rasa and the helpdesk; made at the start if not given."
    )
    telegram_token: SecretStr | None = Field(None, description="Bot token; without it Telegram is off.")
    telegram_api: str = Field("https://api.telegram.org", description="Base address of the Bot API.")
    telegram_mode: Literal["polling", "webhook"] = Field(
        "polling",
        description="How messages come from Telegram: `polling` asks for them (for a laptop), `webhook` has them "
        "sent to /telegram/webhook under the public address.",
    )
    telegram_webhook_secret: SecretStr | None = Field(
        None,
        description="What Telegram must say with each message to the webhook; made from the token if not given.",
    )
    notices_hour: int = Field(
        9, ge=0, le=20, description="Hour of the day from which news of calls and reminders are sent."
    )
    calls_source: str | None = Field(
        None,
        description="Where calls are refreshed from: a table or a saved answer of the EU Funding & Tenders portal "
        "(a path), or `portal` for the portal itself; without it they are not refreshed by themselves.",
    )
    calls_refresh_hours: int = Field(
        24, ge=1, le=720, description="Hours between two refreshes of calls, if a source is set."
    )
    embed_origins: list[str] = Field(
        default_factory=list,
        description='Sites that may show the chat, as a JSON list of origins: `["https://www.example.lv"]`.',
    )
    conversation_rate: str = Field(
        "60/minute;600/hour", description="How many messages one conversation may send (`limits` notation)."
    )
    address_rate: str = Field(
        "600/minute;10000/hour",
        description="How much one network address may ask, of each kind of request; many people may share one.",
    )
    sign_up_rate: str = Field(
        "10/hour;30/day",
        description="How many e-mail addresses one network address may sign up for news of calls; each is "
        "written to once.",
    )
    rates_storage: str = Field(
        "memory://",
        description="Where requests are counted: `memory://`, or `redis://host:6379/0` for several processes.",
    )
    contact_email: str | None = Field(
        None,
        description="E-mail address shown to visitors beside the chat, where there is no JavaScript, and told to "
        "whoever waits for a coordinator.",
    )
    contact_phone: str | None = Field(None, description="Telephone number shown to visitors in the same places.")
    controller: str | None = Field(
        None,
        description="Institution that answers for the data (GDPR, art. 13), with its address, told on /privacy.",
    )
    data_protection_contact: str | None = Field(
        None, description="How the data protection officer is reached, told on /privacy."
    )
    hours: str = Field(
        "Mon-Fri 09:00-17:00",
        description="When coordinators answer, local time: `Mon-Thu 08:30-12:00,12:30-17:00; Fri 08:30-15:00`. "
        "Latvian public holidays are days off; other days off are entered in the inbox.",
    )
    first_response_minutes: int = Field(
        120, ge=1, description="Business minutes within which a request is to have its first reply."
    )
    next_response_minutes: int = Field(
        240, ge=1, description="Business minutes within which each later message is to be answered."
    )
    resolution_minutes: int = Field(
        2400, ge=1, description="Business minutes within which a request is to be closed; waiting does not count."
    )
    take_back_minutes: int = Field(
        240,
        ge=5,
        description="Business minutes without a reply after which a claimed request goes back to the queue.",
    )
    escalate_minutes: int = Field(
        60,
        ge=1,
        description="Business minutes after which everybody is told again of a request nobody has claimed.",
    )
    assign: bool = Field(
        False, description="Give new requests to a fitting coordinator at once; otherwise they are only suggested."
    )
    keep_anonymous_days: int = Field(
        90, ge=1, description="Days after its last message that a conversation without a request is kept."
    )
    keep_identified_days: int = Field(
        365,
        ge=1,
        description="The same for one whose person is known by a chat's address, or has linked it to another one.",
    )
    keep_requests_days: int = Field(
        730, ge=1, description="Days after its last request was closed that a conversation is kept."
    )
    keep_audit_days: int = Field(365, ge=30, description="Days that the record of who did what is kept.")
    keep_outbox_days: int = Field(
        30, ge=1, description="Days that finished deliveries, notifications and ended subscriptions are kept."
    )
    keep_logs_days: int = Field(
        30, ge=1, description="Days that log files not written to any longer are kept in the data folder."
    )
    keep_copies_days: int = Field(
        30,
        ge=1,
        description="Days that what was there before a restore is kept, and nightly backups in the data folder's "
        "`backups`.",
    )
    smtp_host: str | None = Field(None, description="Mail server; without it no e-mail is sent.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        "starttls", description="`starttls` (587), `tls` (465) or `none` for a server on the same host."
    )
    smtp_user: str | None = Field(None, description="User name at the mail server.")
    smtp_password: SecretStr | None = Field(None, description="Password at the mail server.")
    smtp_sender: str = Field("helpdesk@localhost", description="E-mail address that messages come from.")
    secret: SecretStr | None = Field(
        None,
        description="Seals coordinators' second factors in the database (at least 32 characters); made at the "
        "first start and kept in the data folder if not given. Needed where several folders share a database.",
    )
    oidc_issuer: str | None = Field(
        None,
        description="Identity provider (OpenID Connect) by which coordinators may sign in: the address that names "
        "it, such as `https://login.example.lv/realms/staff`.",
    )
    oidc_client_id: str | None = Field(None, description="What the helpdesk is called at the identity provider.")
    oidc_client_secret: SecretStr | None = Field(
        None, description="Its secret there; without one the helpdesk is a public client (PKCE alone)."
    )
    oidc_name: str | None = Field(
        None, max_length=60, description="What the button for it says: the name people know the provider by."
    )
    local_sign_in: bool = Field(
        True, description="Let coordinators sign in with a password of the helpdesk; `false` needs a provider."
    )
    log_format: Literal["text", "json"] = Field("text", description="Log lines for people or for machines.")

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, issuer: str | None) -> str | None:
        return None if issuer is None else check_issuer(issuer)

    @model_validator(mode="after")
    def _sign_in_is_possible(self) -> Settings:
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise ValueError("HELPDESK_OIDC_ISSUER and HELPDESK_OIDC_CLIENT_ID go together: set both or neither")
        if not self.local_sign_in and self.oidc_issuer is None:
            raise ValueError("HELPDESK_LOCAL_SIGN_IN=false needs HELPDESK_OIDC_ISSUER: nobody could sign in")
        return self

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError(f"{name!r} is not a time zone; write one such as Europe/Riga") from error
        return name

    @field_validator("conversation_rate", "address_rate", "sign_up_rate")
    @classmethod
    def _readable_rate(cls, rate: str) -> str:
        parse_many(rate)
        return rate

    @field_validator("embed_origins")
    @classmethod
    def _origins(cls, origins: list[str]) -> list[str]:
        for origin in origins:
            if not re.fullmatch(r"https?://[A-Za-z0-9.\-]+(:\d+)?", origin):
                raise ValueError(
                    f"{origin!r} is not an origin: write it like https://www.example.lv, without a path"
                )
        return origins

    @field_validator("hours")
    @classmethod
    def _readable_hours(cls, hours: str) -> str:
        read_hours(hours)
        return hours

    @field_validator("now")
    @classmethod
    def _aware(cls, instant: datetime | None) -> datetime | None:
        if instant is not None and instant.tzinfo is None:
            raise ValueError("needs a time zone, for example 2026-11-24T09:00:00+02:00")
        return instant

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'helpdesk.sqlite3'}"

    @property
    def shows_demo(self) -> bool:
        return self.demo if self.demo is not None else self.database.startswith("sqlite")

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @cached_property
    def clock(self) -> Clock:
        return fixed_clock(self.now) if self.now else system_clock

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def handoff(self) -> HandoffSettings:
        """The rules of the people's work, as handoff takes them."""
        return HandoffSettings(
            timezone=self.timezone,
            hours=read_hours(self.hours),
            first_response_minutes=self.first_response_minutes,
            next_response_minutes=self.next_response_minutes,
            resolution_minutes=self.resolution_minutes,
            take_back_minutes=self.take_back_minutes,
            escalate_minutes=self.escalate_minutes,
            assign=self.assign,
            keep_anonymous_days=self.keep_anonymous_days,
            keep_identified_days=self.keep_identified_days,
            keep_requests_days=self.keep_requests_days,
            keep_audit_days=self.keep_audit_days,
            keep_outbox_days=self.keep_outbox_days,
            mails=self.smtp_host is not None,
            secret=self.secret.get_secret_value().encode() if self.secret else b"",
        )

    @cached_property
    def mail(self) -> MailSettings | None:
        """None without a mail server."""
        if self.smtp_host is None:
            return None
        password = self.smtp_password.get_secret_value() if self.smtp_password else None
        return MailSettings(
            self.smtp_host, self.smtp_sender, self.smtp_port, self.smtp_security, self.smtp_user, password
        )
