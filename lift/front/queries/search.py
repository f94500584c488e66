"""Search over what is public: modules, sessions, labs, partners, hubs. In any of three languages, without accents, with slips.

Modules: full text (each language stemmed as it is) and trigrams on titles for what was mistyped. The rest are names of
places, bodies and sessions: trigrams.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from lift.clusters.models import Hub
from lift.content.models import Module, ModuleVersion
from lift.core import clock
from lift.core.db import db
from lift.core.triggers import SEARCHED
from lift.labs.models import Lab
from lift.network.enums import PartnerState
from lift.network.models import Partner
from lift.people.models import Organisation
from lift.training.enums import SessionStatus
from lift.training.models import PilotSession

LOOKED_AT = 200
"""Ranking looks at no more hits than this; who finds more adds a word."""
KINDS = ("module", "session", "lab", "partner", "hub")


@dataclass(frozen=True)
class Hit:
    """One thing found. ``title`` and ``text`` are texts by language or plain names; ``key`` is its name in addresses."""

    kind: str
    key: str
    title: Any
    text: Any
    score: float


def search(typed: str) -> list[Hit]:
    """Hits of all kinds, the best first. Two statements at any number of rows; '' finds nothing."""
    words = " ".join(typed.replace("\0", " ").split())[:200]
    if not words:
        return []
    found = [*_modules(words), *_others(words)]
    return sorted(found, key=lambda hit: (-hit.score, hit.kind, hit.key))


def _plain(words: str) -> sa.ColumnElement[str]:
    return sa.func.lift_plain(words, type_=sa.Text)


_PUBLISHED: sa.ColumnElement[bool] = sa.literal_column("module_version.state = 'published'")
"""Written out: a prepared plan with a parameter in its place cannot use the partial indexes."""
_WORDS: sa.ColumnElement[Any] = sa.literal_column(f"({SEARCHED.replace('(', '(module_version.')})")
"""The expression of the index, word for word, with its table named."""


def _modules(words: str) -> list[Hit]:
    """By the words of title, summary and gain, or by a title that is nearly the same: thousands, so on their indexes."""
    title, asked = sa.func.lift_plain_texts(ModuleVersion.title, type_=sa.Text), sa.func.lift_asked(words)
    inner = (
        sa.select(Module.slug, ModuleVersion.title, ModuleVersion.summary, _WORDS.label("words"), title.label("plain"))
        .join(Module, Module.published_version_id == ModuleVersion.id)
        .where(_PUBLISHED, sa.or_(_WORDS.op("@@")(asked), _plain(words).op("<%")(title)))
        .limit(LOOKED_AT)
        .subquery()
    )
    score = sa.func.ts_rank(inner.c.words, asked) + sa.func.word_similarity(_plain(words), inner.c.plain)
    rows = db.session.execute(sa.select(inner.c.slug, inner.c.title, inner.c.summary, score))
    return [Hit("module", slug, shown, said, float(rank)) for slug, shown, said, rank in rows]


def _others(words: str) -> list[Hit]:
    """Sessions, labs, partners and hubs by trigrams alone: these are hundreds at most, and mostly names."""
    parts = [part.limit(LOOKED_AT) for part in (_sessions(words), _labs(words), _partners(words), _hubs(words))]
    return [Hit(*row) for row in db.session.execute(sa.union_all(*parts))]


def _alike(kind: str, key: Any, title: Any, text: Any, words: str, *texts: Any) -> sa.Select[Any, Any, Any, Any, Any]:
    """Kind, key, title, text and score of what has the words, or nearly, in any of ``texts``."""
    plain = sa.func.lift_plain(sa.func.concat_ws(" ", *texts), type_=sa.Text)
    score = sa.func.word_similarity(_plain(words), plain)
    shown = (sa.func.to_jsonb(title, type_=pg.JSONB), sa.func.to_jsonb(text, type_=pg.JSONB))
    return sa.select(sa.literal(kind, sa.Text), key, *shown, score).where(_plain(words).op("<%")(plain))


def _sessions(words: str) -> sa.Select[Any, Any, Any, Any, Any]:
    names = (PilotSession.code, Lab.name, Lab.city, *_in_languages(ModuleVersion.title))
    found = _alike("session", PilotSession.code, ModuleVersion.title, Lab.name + ", " + Lab.city, words, *names)
    open_now = PilotSession.status.in_([SessionStatus.OPEN, SessionStatus.RUNNING])
    return (
        found.join(ModuleVersion, ModuleVersion.id == PilotSession.version_id)
        .join(Lab, Lab.id == PilotSession.lab_id)
        .where(open_now, PilotSession.ends_at > clock.now())
    )


def _labs(words: str) -> sa.Select[Any, Any, Any, Any, Any]:
    names = (Lab.name, Lab.city, Organisation.name, *_in_languages(Lab.about))
    found = _alike("lab", Lab.slug, Lab.name, Lab.about, words, *names)
    return found.join(Organisation, Organisation.id == Lab.organisation_id)


def _partners(words: str) -> sa.Select[Any, Any, Any, Any, Any]:
    found = _alike("partner", Organisation.slug, Organisation.name, Organisation.about, words, *_of_a_body())
    joined = found.join(Partner, Partner.organisation_id == Organisation.id)
    return joined.where(Partner.state.in_([PartnerState.AGREED, PartnerState.ACTIVE]))


def _hubs(words: str) -> sa.Select[Any, Any, Any, Any, Any]:
    found = _alike("hub", Hub.slug, Organisation.name, Organisation.about, words, *_of_a_body())
    return found.join(Organisation, Organisation.id == Hub.organisation_id)


def _of_a_body() -> tuple[Any, ...]:
    return (Organisation.name, Organisation.short_name, Organisation.city, *_in_languages(Organisation.about))


def _in_languages(texts: Any) -> list[Any]:
    return [texts[code].astext for code in ("en", "it", "de")]
