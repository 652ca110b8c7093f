"""Documentation that cannot fall behind: pages made from the code, and pages checked against it.

python -m tools.documentation           write docs/settings.md, docs/commands.md and docs/security-routes.md
python -m tools.documentation --check   fail if they, or links between pages, are out of step
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import click
import typer.main

from bot.cli.main import app
from bot.secret_files import variable
from bot.settings import ROOT, Settings
from tools.routes import write_routes

DOCS = ROOT / "docs"


def describe_default(field: Any, name: str) -> str:
    shown = {"data": "`var` in the project", "materials": "`knowledge/materials`"}
    if name in shown:
        return shown[name]
    default = field.get_default(call_default_factory=True)
    return "—" if default is None else f"`{default}`"


def describe_name(name: str) -> str:
    also = ", or `…_FILE`" if name in Settings.secret_names() else ""
    return f"`{variable(name)}`{also}"


def write_settings() -> str:
    """docs/settings.md, a row a setting."""
    rows = [
        f"| {describe_name(name)} | {describe_default(field, name)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    head = (
        "# Settings\n\nEnvironment variables, or lines of a `.env` file in the folder the helpdesk is started "
        "from. A wrong value stops the start and says why. What is or may hold a secret can be given by a file "
        "instead:\n`…_FILE` names it, and only the user the helpdesk runs as needs to read it.\n\n"
        "| setting | default | meaning |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def walk_commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group) or hasattr(command, "commands"):
        for name, inner in sorted(getattr(command, "commands", {}).items()):
            yield from walk_commands(inner, f"{path} {name}")
    else:
        yield path, command


def describe_command(path: str, command: click.Command) -> str:
    lines = [f"## `{path}`", "", (command.help or "").strip(), ""]
    for parameter in command.params:
        if parameter.name == "help":
            continue
        names = ", ".join(parameter.opts) if parameter.param_type_name == "option" else str(parameter.name).upper()
        lines.append(f"- `{names}` {getattr(parameter, 'help', None) or ''}".rstrip())
    return "\n".join(lines).rstrip() + "\n"


def write_commands() -> str:
    root = typer.main.get_command(app)
    parts = [describe_command(path, command) for path, command in walk_commands(root, "helpdesk")]
    head = "# Commands\n\n`.venv/bin/helpdesk COMMAND`. Exit status: 0 done, 1 failed, 2 wrong use.\n\n"
    return head + "\n".join(parts)


PAGES = {"settings.md": write_settings, "commands.md": write_commands, "security-routes.md": write_routes}


def find_broken_links() -> Iterator[str]:
    """Relative links in Markdown that lead to no file."""
    for page in [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
                yield f"{page.relative_to(ROOT)}: {target} does not exist"


def find_differences() -> Iterator[str]:
    for name, write in PAGES.items():
        page = DOCS / name
        if not page.exists() or page.read_text("utf-8") != write():
            yield f"docs/{name} is out of step: python -m tools.documentation"
    yield from find_broken_links()


def main() -> int:
    if "--check" in sys.argv:
        wrong = list(find_differences())
        print("\n".join(wrong) or "documentation is in step")
        return 1 if wrong else 0
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
