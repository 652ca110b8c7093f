"""`helpdesk coordinator …`: accounts for those who answer."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from bot.cli.output import AsJson, fail, print_json

coordinator = typer.Typer(help="Accounts of those who answer.", no_args_is_help=True)
Role = Literal["coordinator", "editor", "administrator", "viewer"]


def register(app: typer.Typer) -> None:
    app.add_typer(coordinator, name="coordinator")


@coordinator.command("add")
def add(
    email: str,
    name: Annotated[str | None, typer.Option("--name", help="The name visitors see.")] = None,
    role: Annotated[Role, typer.Option("--role")] = "coordinator",
    token: Annotated[bool, typer.Option("--token", help="Also a personal API token.")] = False,
    json: AsJson = False,
) -> None:
    """Add an account; its one-time password is shown here and nowhere else."""
    from bot.cli.parts import open_database
    from handoff.coordinators import add_coordinator
    from handoff.errors import HandoffError

    database = open_database()
    try:
        with database.transaction() as session:
            account = add_coordinator(session, email=email, name=name, role=role, with_token=token)
    except HandoffError as error:
        fail(f"{email} was not added: {error.detail}")
        return
    if json:
        print_json(account)
        return
    print(f"{account.role} {account.email}\none-time password: {account.password}")
    if account.token:
        print(f"API token: {account.token}")


@coordinator.command("list")
def show(json: AsJson = False) -> None:
    """List accounts."""
    from bot.cli.parts import open_database
    from handoff.coordinators import list_coordinators

    with open_database().reading() as session:
        accounts = list_coordinators(session)
    if json:
        print_json(accounts)
        return
    for account in accounts:
        print(f"{account.role:14} {account.email:32} {account.name}")


@coordinator.command("disable")
def disable(email: str) -> None:
    """End an account: its sessions and tokens stop, its requests go back to the queue."""
    from bot.cli.parts import open_database
    from handoff.coordinators import disable_coordinator
    from handoff.errors import HandoffError

    try:
        with open_database().transaction() as session:
            disable_coordinator(session, email)
    except HandoffError as error:
        fail(f"{email} was not disabled: {error.detail}")
    print(f"{email} is disabled")


@coordinator.command("link")
def link(
    email: str,
    subject: Annotated[str, typer.Argument(help="The `sub` claim by which the identity provider knows them.")],
) -> None:
    """Say who an account is at the identity provider (HELPDESK_OIDC_ISSUER)."""
    from bot.cli.parts import open_database, read_settings
    from handoff.errors import HandoffError
    from handoff.identities import link_identity

    issuer = read_settings().oidc_issuer
    if issuer is None:
        fail("No identity provider is set: set HELPDESK_OIDC_ISSUER first.")
        return
    try:
        with open_database().transaction() as session:
            link_identity(session, email, issuer=issuer, subject=subject, by="cli")
    except HandoffError as error:
        fail(f"{email} was not linked: {error.detail}")
        return
    print(f"{email} signs in as {subject} at {issuer}")


@coordinator.command("unlink")
def unlink(email: str) -> None:
    """Forget who an account is at the identity provider; a verified e-mail may bind it anew."""
    from bot.cli.parts import open_database
    from handoff.errors import HandoffError
    from handoff.identities import unlink_identity

    try:
        with open_database().transaction() as session:
            was = unlink_identity(session, email, by="cli")
    except HandoffError as error:
        fail(f"{email} was not unlinked: {error.detail}")
        return
    print(f"{email} is unlinked" if was else f"{email} was not linked")


@coordinator.command("reset-password")
def reset(email: str, json: AsJson = False) -> None:
    """Give an account a new one-time password, shown here and nowhere else."""
    from bot.cli.parts import open_database
    from handoff.coordinators import reset_password
    from handoff.errors import HandoffError

    try:
        with open_database().transaction() as session:
            password = reset_password(session, email)
    except HandoffError as error:
        fail(f"The password of {email} was not changed: {error.detail}")
        return
    if json:
        print_json({"email": email, "password": password})
    else:
        print(f"one-time password: {password}")
