"""A coordinator's own account: who they are, how they sign in, how they are told, what acts in their name."""

from fastapi import APIRouter

from bot.gateway.desk.account.identity import router as identity
from bot.gateway.desk.account.notifications import router as notifications
from bot.gateway.desk.account.profile import router as profile
from bot.gateway.desk.account.security import router as security
from bot.gateway.desk.account.tokens import router as tokens

router = APIRouter()
for part in (security, identity, notifications, tokens, profile):
    router.include_router(part)
