"""Language and zone of the reader: texts, instants and money are turned into words here and nowhere else."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from flask import Flask, current_app, g, has_request_context, request
from flask import session as cookie
from flask_babel import Babel, get_translations
from flask_babel import get_locale as babel_locale
from flask_babel.speaklater import LazyString
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from lift.core.i18n import At, Money, Text, pick

babel = Babel()

_PATTERNS = {"time": "HH:mm", "clock": "HH:mm:ss"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: their language with its conventions, and the texts in it."""

    locale: Locale
    texts: NullTranslations


_reads: ContextVar[Reader | None] = ContextVar("reads", default=None)


def init_app(app: Flask) -> None:
    """Install Babel with the person's choice, then the browser's wish, then the first language."""
    babel.init_app(app, locale_selector=choose_locale)
    app.teardown_request(_forget_reader)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: reader().texts.gettext(text),
        lambda one, many, n: reader().texts.ngettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = _on_page
    app.jinja_env.globals.update(say=say, localtime=localtime, localdate=localdate, money=money, texts=texts)


def _forget_reader(_error: BaseException | None) -> None:
    _reads.set(None)


def choose_locale() -> str:
    """cookie → browser → first language."""
    offered = list(current_app.config["LIFT"].languages)
    if not has_request_context():
        return str(offered[0])
    chosen = g.get("locale") or cookie.get("locale")
    if chosen in offered:
        return str(chosen)
    return request.accept_languages.best_match(offered) or str(offered[0])


def reader() -> Reader:
    """Found once per request: a page asks some hundred times."""
    found = _reads.get()
    if found is None:
        found = Reader(babel_locale() or Locale("en"), get_translations())
        if has_request_context():
            _reads.set(found)
    return found


def get_locale() -> Locale:
    """The reader's language with its conventions."""
    return reader().locale


def language() -> str:
    """The reader's language, two letters."""
    return str(reader().locale.language)


def gettext(text: str, **values: Any) -> str:
    """The text in the reader's language; imported as ``_``."""
    found: str = reader().texts.gettext(text)
    return found % values if values else found


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """The text for ``n`` things, which it may name as ``%(num)s``."""
    found: str = reader().texts.ngettext(one, many, n)
    return found % {"num": n, **values}


@pass_eval_context
def _on_page(context: EvalContext, text: str, **values: Any) -> str:
    """``_`` of templates: as Jinja's own, always a format; kept ready per language, as a page asks for some fifty."""
    form, plain = _page_text(reader().texts, text, bool(context.autoescape))
    return form % values if values else plain


@lru_cache(maxsize=16384)
def _page_text(catalogue: NullTranslations, text: str, escaped: bool) -> tuple[str, str]:
    found = Markup(catalogue.gettext(text)) if escaped else catalogue.gettext(text)  # noqa: S704 our own catalogues
    return found, found % {} if "%(" not in found else found


def lazy_gettext(text: str, **values: Any) -> LazyString:
    """A text that is translated where it is shown; imported as ``_l`` (forms)."""
    return LazyString(gettext, text, **values)


def decimal(value: float | Decimal, pattern: str) -> str:
    """A number as the reader writes it; ``pattern`` as of CLDR, "#,##0.0"."""
    return str(numbers.format_decimal(value, pattern, locale=get_locale()))


def say(text: Text | str | None) -> str:
    """A Text in the reader's language, its parameters too."""
    if text is None:
        return ""
    if isinstance(text, str):
        return str(gettext(text)) if text else ""
    sentence = str(gettext(text.msgid))
    return sentence % {k: _say_param(v) for k, v in text.params.items()} if text.params else sentence


def _say_param(value: Any) -> str:
    if isinstance(value, At):
        return _say_at(value)
    if isinstance(value, Money):
        return money(value.cents)
    return say(value) if isinstance(value, Text) else str(value)


def _say_at(at: At) -> str:
    if at.style == "date":
        return localdate(at.instant, at.zone)
    return localtime(at.instant, at.zone, "time" if at.style == "time" else "datetime")


def localtime(instant: datetime, zone: str, style: str = "datetime") -> str:
    """An instant in a zone: ``datetime`` "Mon 23 Nov 09:00 CET", ``time`` "09:00", ``clock`` "09:00:12",
    ``timezone`` "09:00 CET"."""
    return _time_words(instant.astimezone(UTC), zone, style, get_locale())


@lru_cache(maxsize=4096)
def _time_words(instant: datetime, zone: str, style: str, locale: Locale) -> str:
    tz = ZoneInfo(zone)
    local = instant.astimezone(tz)
    if style == "timezone":
        return f"{local:%H:%M} {local.tzname()}"
    if style in _PATTERNS:
        return dates.format_time(local.timetz(), _PATTERNS[style], tzinfo=tz, locale=locale)
    return f"{dates.format_datetime(local, 'EEE d MMM HH:mm', tzinfo=tz, locale=locale)} {local.tzname()}"


def localdate(moment: datetime | date, zone: str = "UTC", pattern: str = "EEE d MMM yyyy") -> str:
    """A day in a zone, "Mon 23 Nov 2026"."""
    day = moment.astimezone(ZoneInfo(zone)).date() if isinstance(moment, datetime) else moment
    return _day_words(day, pattern, get_locale())


@lru_cache(maxsize=4096)
def _day_words(day: date, pattern: str, locale: Locale) -> str:
    return str(dates.format_date(day, pattern, locale=locale))


def money(cents: int) -> str:
    """ "EUR 210" or "EUR 210.50"; zero is a price."""
    return (
        f"EUR {cents // 100:,}".replace(",", " ") if cents % 100 == 0 else f"EUR {cents / 100:,.2f}".replace(",", " ")
    )


def texts(values: dict[str, str] | None) -> str:
    """The reader's language out of {"en": …, "it": …}."""
    return pick(values, language())


def utc(value: datetime) -> datetime:
    """An aware instant in UTC."""
    return value.astimezone(UTC)
