"""Secrets from files: HELPDESK_SMTP_PASSWORD_FILE names the file that holds HELPDESK_SMTP_PASSWORD.

An environment is handed on to every process started and may be looked at from outside; a file is for whom it is
given to. So each secret has both ways, and one that is given both ways is a mistake.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast, get_args

from pydantic import SecretStr, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

PREFIX = "HELPDESK_"
SUFFIX = "_file"
ADDRESSES = frozenset({"database_url", "rates_storage"})
"""Settings that are no secrets themselves and may hold a password."""


def is_secret(name: str, field: FieldInfo) -> bool:
    return name in ADDRESSES or SecretStr in get_args(field.annotation)


def variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


class FileNames(PydanticBaseSettingsSource):
    """The names of such files, from wherever the other settings come: the first source that tells one is taken."""

    def __init__(self, settings_cls: type[BaseSettings], *written: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._written = [cast("EnvSettingsSource", source).env_vars for source in written]

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        key = f"{field_name}{SUFFIX}"
        if not is_secret(field_name, field):
            return None, key, False
        told = (variables.get(f"{PREFIX}{key}".lower()) for variables in self._written)
        return next((name for name in told if name is not None), None), key, False

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields.items()
        found = (self.get_field_value(field, name) for name, field in fields)
        return {key: value for value, key, _ in found if value}


class FileSecretSettings(BaseSettings):
    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = FileNames(settings_cls, env_settings, dotenv_settings)
        return init_settings, env_settings, dotenv_settings, file_secret_settings, files

    @classmethod
    def secret_names(cls) -> tuple[str, ...]:
        """Settings that may be given by a file."""
        return tuple(name for name, field in cls.model_fields.items() if is_secret(name, field))

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        told = dict(given)
        for name in cls.secret_names():
            file = told.pop(f"{name}{SUFFIX}", None)
            if not file:
                continue
            if told.get(name):
                raise ValueError(f"set {variable(name)} or {variable(name)}_FILE, not both")
            told[name] = read_file(name, Path(file))
        return told


def read_file(name: str, path: Path) -> str:
    """Without the line's end that an editor leaves. Raises ValueError that says what to do."""
    setting = f"{variable(name)}_FILE"
    try:
        secret = path.read_text("utf-8").strip()
    except OSError as error:
        advice = "correct its name, or let the user the helpdesk runs as read it"
        raise ValueError(f"{setting}: {path} cannot be read ({error.strerror}): {advice}") from error
    except UnicodeDecodeError:
        raise ValueError(f"{setting}: {path} holds no text") from None
    if not secret:
        raise ValueError(f"{setting}: {path} is empty")
    return secret
