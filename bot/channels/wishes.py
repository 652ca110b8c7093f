"""What a subscriber wants to hear of, in words, and what there is to choose from."""

from __future__ import annotations

from collections.abc import Mapping

from bot.replies.call_cards import tell_codes
from bot.wording import say
from handoff.notices import Wish
from knowledge.call import FundingCall
from knowledge.vocabulary import load_vocabularies

PARTS = ("theme", "applicant", "region")
LEFT_OUT = {"other"}
"""Codes nobody would want to hear of."""
REGIONS = ("riga", "pieriga", "kurzeme", "zemgale", "vidzeme", "latgale")


def offered_codes(part: str) -> list[str]:
    if part == "region":
        return list(REGIONS)
    return [code for code in load_vocabularies()[part].terms if code not in LEFT_OUT]


def name_wish(locale: str, wish: Wish, calls: Mapping[str, FundingCall]) -> str:
    """ "novecošana, biedrība, Latgale", "visi projektu konkursi" or a call's title."""
    if wish.call_id is not None:
        call = calls.get(wish.call_id)
        return call.title if call else wish.call_id
    codes = {"theme": wish.theme, "applicant": wish.applicant, "region": wish.region}
    told = [tell_codes(part, [code], locale) for part, code in codes.items() if code]
    return ", ".join(told) or say(locale, "notices.everything")
