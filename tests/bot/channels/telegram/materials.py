"""Seven calls and an article: enough for a second page, a narrowed list and an answer with its source."""


def call(number: int, theme: str, day: str) -> str:
    return f"""---
id: konkurss-{number}
kind: call
locale: lv
title: "Konkurss Nr. {number}"
summary: Atbalsts biedrībām.
source: Sabiedrības integrācijas fonds
reviewed_on: 2026-11-01
programme: ESF+
themes: [{theme}]
applicants: [association, foundation]
regions: [latvia]
opens_at: 2026-10-01
deadlines: [{day}]
grant_max: {number}000
---
Konkursā atbalsta vietējās idejas.
"""


THEMES = ("ageing", "youth", "health", "education", "ageing", "environment", "culture")
MATERIALS = {
    f"konkurss-{number}.lv.md": call(number, theme, f"2026-12-{number + 10}")
    for number, theme in enumerate(THEMES, 1)
} | {
    "sociala-inovacija.lv.md": """---
id: sociala-inovacija
kind: article
locale: lv
title: Kas ir sociālā inovācija
summary: Skaidrojums.
source: Sabiedrības integrācijas fonds
reviewed_on: 2026-11-01
---
# Jēdziens

Sociālā inovācija ir darbība, kas ir sociāla gan mērķa, gan līdzekļu ziņā un rada jaunas sadarbības formas.
"""
}
