"""Is it acceptable: size of a firm, PIN, password, token, grant of a role. Pure; all problems at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from lift.core.actor import Actor, Grant, Role, Scope
from lift.core.errors import Problem
from lift.core.i18n import Text
from lift.people import texts
from lift.people.enums import SizeClass

OWNER = "LIFT network"  # who answers for these rules
PIN_LENGTH = range(4, 9)
PASSWORD_LENGTH = range(10, 201)
TOKEN_LONGEST = timedelta(days=365)

# Recommendation 2003/361/EC, annex, article 2: heads below, and turnover or balance sheet total (EUR m) at most.
THRESHOLDS: tuple[tuple[SizeClass, int, int, int], ...] = (
    (SizeClass.MICRO, 10, 2, 2),
    (SizeClass.SMALL, 50, 10, 10),
    (SizeClass.MEDIUM, 250, 50, 43),
)

# The parts after the country, as the European Commission publishes them for VIES (structure of VAT numbers, 27 states).
VAT_FORMS = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}", "DE": r"\d{9}",
    "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{2}\d{9}", "HR": r"\d{11}", "HU": r"\d{8}", "IE": r"\d[A-Z0-9]\d{5}[A-Z]{1,2}", "IT": r"\d{11}",
    "LT": r"\d{9}|\d{12}", "LU": r"\d{8}", "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}",
    "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}",
}  # fmt: skip

# RULES R5: who holds the role at the left in a scope may give those at the right in the same scope.
MAY_GIVE: dict[Role, frozenset[Role]] = {
    Role.OWNER: frozenset({Role.OWNER, Role.LEARNER, Role.ACCOUNTANT}),
    Role.LEAD: frozenset({Role.LEAD, Role.AUTHOR, Role.REVIEWER}),
    Role.LAB_MANAGER: frozenset({Role.LAB_MANAGER, Role.LAB_TECHNICIAN, Role.TRAINER, Role.QUALIFIER}),
    Role.PARTNER_ADMIN: frozenset({Role.PARTNER_ADMIN, Role.SIGNATORY, Role.TRAINER}),
    Role.OFFICER: frozenset({Role.OFFICER}),
}


@dataclass(frozen=True)
class SizeAnswers:
    """What a firm says of itself, partner and linked firms included: heads in annual work units, EUR m."""

    heads: int
    turnover_meur: float
    balance_meur: float


def size_class(answers: SizeAnswers) -> SizeClass:
    """The smallest class whose head count and at least one of the two ceilings are kept."""
    for name, heads, turnover, balance in THRESHOLDS:
        if answers.heads < heads and (answers.turnover_meur <= turnover or answers.balance_meur <= balance):
            return name
    return SizeClass.LARGE


def canonical_vat(text: str) -> str:
    """Capitals, no blanks, dots or dashes: as VAT numbers are kept and compared."""
    return "".join(ch for ch in text.upper() if ch.isalnum())


def vat_problems(canonical: str) -> list[Problem]:
    """The form of a number of the European Union; for Italy the check digit too. What the register says is another thing."""
    form = VAT_FORMS.get(canonical[:2])
    fits = form is not None and re.fullmatch(form, canonical[2:]) is not None
    if fits and (canonical[:2] != "IT" or _luhn(canonical[2:])):
        return []
    return [Problem("S2", texts.VAT_FORM, owner=OWNER, field="vat_number", passes="IT00743110157")]


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: the check digit of an Italian number (DPR 633/1972)."""
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def pin_problems(pin: str) -> list[Problem]:
    """4 to 8 digits, not all the same, not a plain row."""
    if not (pin.isascii() and pin.isdigit() and len(pin) in PIN_LENGTH):
        return [Problem("L14", texts.PIN_SHAPE, owner=OWNER, field="pin")]
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        return [Problem("L14", texts.PIN_EASY, owner=OWNER, field="pin")]
    return []


def password_problems(password: str, email: str) -> list[Problem]:
    """At least ten characters, and not the address itself."""
    if len(password) not in PASSWORD_LENGTH:
        return [Problem("", texts.PASSWORD_SHORT, owner=OWNER, field="password", passes=PASSWORD_LENGTH.start)]
    if password.strip().lower() == email or len(set(password)) < 4:
        return [Problem("", texts.PASSWORD_EASY, owner=OWNER, field="password")]
    return []


def token_problems(scopes: Iterable[str], known: frozenset[str], life: timedelta) -> list[Problem]:
    """RULES R12: known scopes only, at least one, at most 12 months."""
    wanted = list(scopes)
    problems = [
        Problem("R12", Text(texts.SCOPE_UNKNOWN.msgid, {"scope": s}), owner=OWNER, field="scopes", passes=sorted(known))
        for s in wanted
        if s not in known
    ]
    if not wanted:
        problems.append(Problem("R12", texts.SCOPE_NONE, owner=OWNER, field="scopes", passes=sorted(known)))
    if not timedelta(0) < life <= TOKEN_LONGEST:
        problems.append(Problem("R12", texts.TOKEN_LIFE, owner=OWNER, field="days", passes=TOKEN_LONGEST.days))
    return problems


def grant_problems(actor: Actor, wanted: Grant, to_self: bool) -> list[Problem]:
    """RULES R4 and R5: nobody gives to themselves, beyond what they hold, or alone for the whole network."""
    if actor.is_system:
        return []
    problems = []
    if to_self:
        problems.append(Problem("R4", texts.GRANT_TO_SELF, owner=OWNER))
    if wanted.scope == Scope.NETWORK:
        problems.append(Problem("R5", texts.GRANT_NETWORK, owner=OWNER))
    elif not _ceiling(actor, wanted):
        problems.append(Problem("R5", texts.GRANT_CEILING, owner=OWNER))
    return problems


def may_give(actor: Actor, scope: Scope, scope_id: UUID) -> list[Role]:
    """Roles that the actor may give in this scope, in the order of ``Role``."""
    given = {role for held, roles in MAY_GIVE.items() if Grant(held, scope, scope_id) in actor.grants for role in roles}
    return [role for role in Role if role in given]


def end_problems(actor: Actor, held: Grant) -> list[Problem]:
    """Who may give a role may end it; to end one for the whole network a single coordinator is enough."""
    if held.scope == Scope.NETWORK and actor.has(Role.COORDINATOR, Scope.NETWORK):
        return []
    return grant_problems(actor, held, to_self=False)


def _ceiling(actor: Actor, wanted: Grant) -> bool:
    return any(
        wanted.role in given and Grant(held, wanted.scope, wanted.scope_id) in actor.grants
        for held, given in MAY_GIVE.items()
    )
