"""Search over what is public: modules, sessions, labs, partners, hubs. In any of three languages, without accents, with slips.

Full text (each language stemmed as it is) finds words; trigrams on titles find what was mistyped. Titles weigh most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lift.clusters.models import Hub
from lift.content.enums import VersionState
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


def search(typed: str, *, kinds: tuple[str, ...] = KINDS) -> list[Hit]:
    """Hits of all kinds, the best first. One statement a kind at any number of rows; '' finds nothing."""
    words = " ".join(typed.replace("\0", " ").split())[:200]
    if not words:
        return []
    found = [hit for kind in kinds for hit in _SEARCHES[kind](words)]
    return sorted(found, key=lambda hit: (-hit.score, hit.kind, hit.key))


def _plain(words: str) -> sa.ColumnElement[str]:
    return sa.func.lift_plain(words, type_=sa.Text)


def _asked(words: str) -> sa.ColumnElement[Any]:
    return sa.func.lift_asked(words)


def _rows(
    kind: str, words: str, query: sa.Select[*tuple[Any, ...]], text: sa.ColumnElement[Any], title: sa.ColumnElement[str]
) -> list[Hit]:
    """Hits of a query of (key, title, text): a word of ``text``, or a title that is nearly the same."""
    hits = query.add_columns(text.label("words"), title.label("plain"))
    hits = hits.where(sa.or_(text.op("@@")(_asked(words)), _plain(words).op("<%")(title))).limit(LOOKED_AT)
    inner = hits.subquery()
    score = sa.func.ts_rank(inner.c.words, _asked(words)) + sa.func.word_similarity(_plain(words), inner.c.plain)
    rows = db.session.execute(sa.select(inner.c.key, inner.c.title, inner.c.text, score))
    return [Hit(kind, key, shown, said, float(rank)) for key, shown, said, rank in rows]


def _modules(words: str) -> list[Hit]:
    query = (
        sa.select(Module.slug.label("key"), ModuleVersion.title.label("title"), ModuleVersion.summary.label("text"))
        .join(Module, Module.published_version_id == ModuleVersion.id)
        .where(ModuleVersion.state == VersionState.PUBLISHED)
    )
    return _rows("module", words, query, _module_words(), sa.func.lift_plain_texts(ModuleVersion.title, type_=sa.Text))


def _module_words() -> sa.ColumnElement[Any]:
    """The expression of the index, word for word, with its table named."""
    return sa.literal_column(f"({SEARCHED.replace('(', '(module_version.')})")


def _sessions(words: str) -> list[Hit]:
    place = Lab.name + ", " + Lab.city
    named = sa.func.jsonb_build_object("en", PilotSession.code + " " + place)
    query = (
        sa.select(PilotSession.code.label("key"), ModuleVersion.title.label("title"), place.label("text"))
        .join(ModuleVersion, ModuleVersion.id == PilotSession.version_id)
        .join(Lab, Lab.id == PilotSession.lab_id)
        .where(PilotSession.status.in_([SessionStatus.OPEN, SessionStatus.RUNNING]), PilotSession.ends_at > clock.now())
    )
    text = _joined(ModuleVersion.title, ModuleVersion.summary, named)
    return _rows("session", words, query, text, sa.func.lift_plain_texts(ModuleVersion.title, type_=sa.Text))


def _labs(words: str) -> list[Hit]:
    owner = sa.func.jsonb_build_object("en", Lab.name + " " + Lab.city + " " + Organisation.name)
    query = sa.select(Lab.slug.label("key"), Lab.name.label("title"), Lab.about.label("text")).join(
        Organisation, Organisation.id == Lab.organisation_id
    )
    return _rows("lab", words, query, _joined(owner, Lab.about), sa.func.lift_plain(Lab.name, type_=sa.Text))


def _partners(words: str) -> list[Hit]:
    query = (
        sa.select(Organisation.slug.label("key"), Organisation.name.label("title"), Organisation.about.label("text"))
        .join(Partner, Partner.organisation_id == Organisation.id)
        .where(Partner.state.in_([PartnerState.AGREED, PartnerState.ACTIVE]))
    )
    return _rows("partner", words, query, _body_words(), sa.func.lift_plain(Organisation.name, type_=sa.Text))


def _hubs(words: str) -> list[Hit]:
    query = sa.select(Hub.slug.label("key"), Organisation.name.label("title"), Organisation.about.label("text")).join(
        Organisation, Organisation.id == Hub.organisation_id
    )
    return _rows("hub", words, query, _body_words(), sa.func.lift_plain(Organisation.name, type_=sa.Text))


def _body_words() -> sa.ColumnElement[Any]:
    names = Organisation.name + " " + Organisation.short_name + " " + Organisation.city
    return _joined(sa.func.jsonb_build_object("en", names), Organisation.about)


def _joined(*texts: Any) -> sa.ColumnElement[Any]:
    """Words of several texts together."""
    words: sa.ColumnElement[Any] = sa.func.lift_words(texts[0])
    for text in texts[1:]:
        words = words.op("||")(sa.func.lift_words(text))
    return words


_SEARCHES = {"module": _modules, "session": _sessions, "lab": _labs, "partner": _partners, "hub": _hubs}
