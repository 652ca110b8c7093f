"""The coordinators' desk: the API and the inbox."""

from fastapi import APIRouter

from bot.gateway.desk.account import router as account
from bot.gateway.desk.administration_hours import router as administration_hours
from bot.gateway.desk.administration_people import router as administration_people
from bot.gateway.desk.administration_settings import router as administration_settings
from bot.gateway.desk.administration_state import router as administration_state
from bot.gateway.desk.api import router as api
from bot.gateway.desk.approval_pages import router as approval
from bot.gateway.desk.audit import router as audit
from bot.gateway.desk.canned_pages import router as canned
from bot.gateway.desk.email_change import router as email_change
from bot.gateway.desk.inbox import router as inbox
from bot.gateway.desk.learning import router as learning
from bot.gateway.desk.learning_drafts import router as learning_drafts
from bot.gateway.desk.materials import router as materials
from bot.gateway.desk.materials_history import router as materials_history
from bot.gateway.desk.provider_sign_in import router as provider_sign_in
from bot.gateway.desk.request_page import router as request_page
from bot.gateway.desk.second_factor import router as second_factor
from bot.gateway.desk.sign_in import router as sign_in
from bot.gateway.desk.stream import router as stream
from bot.gateway.desk.suggestions import router as suggestions
from bot.gateway.reports.api import router as reports_api
from bot.gateway.reports.pages import router as reports

router = APIRouter()
for part in (
    stream,
    api,
    sign_in,
    provider_sign_in,
    second_factor,
    email_change,
    account,
    canned,
    approval,
    learning_drafts,
    learning,
    materials,
    materials_history,
    reports_api,
    reports,
    suggestions,
    administration_hours,
    administration_state,
    administration_settings,
    audit,
    administration_people,
    inbox,
    request_page,
):
    router.include_router(part)
