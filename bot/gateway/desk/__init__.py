"""The coordinators' desk: the API and the inbox."""

from fastapi import APIRouter

from bot.gateway.desk.api import router as api
from bot.gateway.desk.pages import router as pages
from bot.gateway.desk.second_factor import router as second_factor
from bot.gateway.desk.stream import router as stream
from bot.gateway.desk.suggestions import router as suggestions

router = APIRouter()
for part in (stream, api, second_factor, pages, suggestions):
    router.include_router(part)
