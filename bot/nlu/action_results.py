"""What an action gives back is checked by Rasa's own schema, compiled once.

Rasa 3.6 compiles the schema, and checks the schema itself, for every answer of every action: 22 ms of the 43 that
a turn spent in Rasa (docs/decisions/0011-action-results.md). The same schema refuses the same answers here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction


@lru_cache(maxsize=1)
def compile_schema() -> Validator:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema, default=Draft202012Validator)
    kind.check_schema(schema)
    return kind(schema)


def check_result(_: RemoteAction, result: dict[str, Any]) -> bool:
    """Raises ValidationError, as the method does whose place it takes."""
    for error in compile_schema().iter_errors(result):
        raise ValidationError(f"not an action's answer: {error.message}")
    return True


def install() -> None:
    RemoteAction._validate_action_result = check_result
