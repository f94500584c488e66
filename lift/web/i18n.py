"""Language and zone of the reader: texts, instants and money are turned into words here and nowhere else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from gettext import NullTranslations
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from flask import Flask, current_app, g, has_request_context, request
from flask import session as cookie
from flask_babel import Babel, get_locale, get_translations, gettext

from lift.core.i18n import At, Money, Text, pick

babel = Babel()

_PATTERNS = {"time": "HH:mm", "clock": "HH:mm:ss"}


def init_app(app: Flask) -> None:
    """Install Babel with the person's choice, then the browser's wish, then the first language."""
    babel.init_app(app, locale_selector=choose_locale)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: catalogue().gettext(text),
        lambda one, many, n: catalogue().ngettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.globals.update(say=say, localtime=localtime, localdate=localdate, money=money, texts=texts)


def choose_locale() -> str:
    """cookie → browser → first language."""
    offered = list(current_app.config["LIFT"].languages)
    if not has_request_context():
        return str(offered[0])
    chosen = g.get("locale") or cookie.get("locale")
    if chosen in offered:
        return str(chosen)
    return request.accept_languages.best_match(offered) or str(offered[0])


def catalogue() -> NullTranslations:
    """The texts in the reader's language, found once per request: a page asks for some hundred of them."""
    found: NullTranslations
    if not has_request_context():
        found = get_translations()
        return found
    if "catalogue" not in g:
        g.catalogue = get_translations()
    found = g.catalogue
    return found


def language() -> str:
    """The reader's language, two letters."""
    locale = get_locale()
    return locale.language if locale else "en"


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
    tz = ZoneInfo(zone)
    local = instant.astimezone(tz)
    if style == "timezone":
        return f"{local:%H:%M} {local.tzname()}"
    if style in _PATTERNS:
        return format_time(local.timetz(), _PATTERNS[style], tzinfo=tz, locale=get_locale())
    return f"{format_datetime(local, 'EEE d MMM HH:mm', tzinfo=tz, locale=get_locale())} {local.tzname()}"


def localdate(moment: datetime | date, zone: str = "UTC", pattern: str = "EEE d MMM yyyy") -> str:
    """A day in a zone, "Mon 23 Nov 2026"."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(ZoneInfo(zone)).date()
    return str(format_date(moment, pattern, locale=get_locale()))


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
