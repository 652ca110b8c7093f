"""What a document of the library said before, and taking a change back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from bot.gateway.desk.differences import compare_materials
from bot.gateway.desk.form_data import Form, Given
from bot.gateway.desk.knowledge_pages import Editing, refuse, show, show_check_begun
from bot.gateway.desk.materials import Locale, Name
from bot.gateway.desk.page_callers import Answering
from bot.gateway.errors import Problem
from bot.gateway.templating import choose_locale
from bot.gateway.visitors import Desk
from bot.helpdesk import Helpdesk
from bot.learning.publishing import NOTHING, Change, find_material, publish, restore
from handoff import versions
from handoff.coordinators import SignedIn
from handoff.errors import HandoffError

router = APIRouter(prefix="/inbox/materials", include_in_schema=False)


@router.get("/{locale}/{name}/history")
def show_history(
    locale: Locale,
    name: Name,
    request: Request,
    helpdesk: Desk,
    signed_in: Answering,
    version: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """`version`: which one is compared with the one before it; the newest if none is named."""
    key = f"{locale}/{name}"
    with helpdesk.database.reading() as session:
        told = versions.list_versions(session, signed_in.actor, key)
    held = find_material(helpdesk, key)
    if held is None and not told:
        raise Problem(404, "not_found")
    chosen = next((one for one in told if one.number == version), told[0] if told else None)
    before = next((one for one in told if chosen and one.number == chosen.number - 1), None)
    return show(
        request,
        helpdesk,
        signed_in,
        "material_history.html",
        "materials",
        key=key,
        held=held,
        document=helpdesk.knowledge.catalogue.document(key),
        versions=told,
        chosen=chosen,
        before=before,
        difference=compare_materials(before.text if before else "", chosen.text, choose_locale(request))
        if chosen
        else [],
        base=held.digest if held else NOTHING,
        error=None,
    )


@router.post("/{locale}/{name}/restore")
def restore_version(
    locale: Locale, name: Name, request: Request, helpdesk: Desk, signed_in: Editing, given: Form
) -> Response:
    number = given.text("version")
    if not number.isdecimal() or len(number) > 9:
        raise Problem(422, "invalid")
    return change(request, helpdesk, signed_in, f"{locale}/{name}", given, restoring=int(number))


@router.post("/{locale}/{name}/remove")
def remove_material(
    locale: Locale, name: Name, request: Request, helpdesk: Desk, signed_in: Editing, given: Form
) -> Response:
    """Takes our file away: the shipped text is in use again, or the document is gone."""
    return change(request, helpdesk, signed_in, f"{locale}/{name}", given, restoring=None)


def change(
    request: Request, helpdesk: Helpdesk, signed_in: SignedIn, key: str, given: Given, restoring: int | None
) -> Response:
    base = given.text("base")
    try:
        if restoring is not None:
            check = restore(helpdesk, signed_in.actor, key, restoring, base)
        else:
            check = publish(helpdesk, signed_in.actor, [Change(key, None, base, "removed")])
    except HandoffError as error:
        return refuse(request, helpdesk, signed_in, "materials", error, f"/inbox/materials/{key}/history")
    return show_check_begun(request, helpdesk, check)
