"""What proves who somebody is: passwords and PINs (argon2), second factors (TOTP), tokens and card codes (SHA-256).

Flask-Security does the work behind it; this is the only door to it below the pages.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import current_app
from flask_security import Totp, hash_password, recoverable
from passlib.context import CryptContext  # type: ignore[import-untyped]
from passlib.totp import TOTP  # type: ignore[import-untyped]

from lift.people.models import Account

TOTP_SKEW_SECONDS = 30  # one step to either side, for phones whose clock is a little off

# OWASP's smallest argon2id: many threads may hash at once without eating the memory of the server.
ARGON2_ROUNDS, ARGON2_KIB, ARGON2_LANES = 2, 19_456, 1

_pins = PasswordHasher(ARGON2_ROUNDS, ARGON2_KIB, ARGON2_LANES)


class OnceOnlyTotp(Totp):
    """A code works once: the counter of the last one used stands on the account. The first secret encrypts."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        self._totp = TOTP.using(issuer=issuer, secrets=secrets, default_tag=next(iter(secrets)))

    def get_last_counter(self, user: Any) -> int | None:
        """The counter of the last code that was accepted."""
        counter: int | None = user.tf_last_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Remember it."""
        user.tf_last_counter = tmatch.counter


def use_affordable_argon2(passwords: CryptContext) -> None:
    """The same cost for passwords as for PINs."""
    passwords.update(argon2__time_cost=ARGON2_ROUNDS, argon2__memory_cost=ARGON2_KIB, argon2__parallelism=ARGON2_LANES)


def totp_secrets(present: str, previous: str) -> dict[str, str]:
    """Secrets that encrypt the stored TOTP keys, the present one first, each tagged by what it is: keys may rotate."""
    return {_tag(secret): secret for secret in (present, previous) if secret}


def _tag(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:8]


def new_password_hash(password: str) -> str:
    """An argon2 hash, as Flask-Security keeps it."""
    return str(hash_password(password))


def password_is_right(account: Account | None, password: str) -> bool:
    """True when it fits; takes as long for an unknown account, so that the time tells nothing."""
    if account is None or account.password is None:
        _burn(password)
        return False
    return bool(account.verify_and_update_password(password)) and account.active


def _burn(password: str) -> None:
    try:
        _pins.verify(_nobodys_hash(), password)
    except VerifyMismatchError:
        return


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _pins.hash("nobody has this password")


def update_password(account: Account, password: str) -> None:
    """Store a new password; every cookie and reset link of the account dies. Flask-Security signals it."""
    recoverable.update_password(account, password)  # type: ignore[no-untyped-call]


def reset_token(account: Account) -> str:
    """A signed token for a new password: dies after two hours and with the next password."""
    return str(recoverable.generate_reset_password_token(account))  # type: ignore[no-untyped-call]


def account_of_reset_token(token: str) -> Account | None:
    """The account of a reset token; None when it is over, forged or used."""
    expired, invalid, account = recoverable.reset_password_token_status(token)  # type: ignore[no-untyped-call]
    return None if expired or invalid else account


def card_code_hash(code: str) -> str:
    """How the code of a card is kept: always the same, so that it can be looked up, and slow, since it is short."""
    clean = "".join(ch for ch in code.upper() if ch.isalnum())[:32]
    return hashlib.scrypt(clean.encode(), salt=b"lift sign-in card", n=2**14, r=8, p=1, dklen=32).hex()


def pin_hash(pin: str) -> str:
    """An argon2 hash of a PIN."""
    return _pins.hash(pin)


def pin_is_right(stored: str, pin: str) -> bool:
    """True when it fits."""
    try:
        return _pins.verify(stored, pin)
    except VerifyMismatchError:
        return False


def second_factor_is_set(account: Account) -> bool:
    """True when the account asks for a code after the password."""
    return bool(account.tf_totp_secret and account.tf_primary_method)


def new_totp_secret() -> str:
    """A fresh TOTP key, encrypted."""
    return str(_totp().generate_totp_secret())


def totp_key_to_type(secret: str) -> str:
    """The key as one types it into an authenticator app."""
    return str(_totp().get_totp_pretty_key(secret))


def totp_uri(account: Account, secret: str) -> str:
    """The otpauth address for the QR code."""
    return str(_totp().get_totp_uri(account.email or account.person.name, secret))


def totp_is_right(account: Account, code: str, secret: str | None = None) -> bool:
    """True when ``code`` is the present one and was not used before."""
    key = secret or account.tf_totp_secret
    clean = "".join(ch for ch in code if ch.isdigit())
    if not key or not clean:
        return False
    return bool(_totp().verify_totp(token=clean, totp_secret=key, user=account, window=TOTP_SKEW_SECONDS))


def _totp() -> OnceOnlyTotp:
    factory: OnceOnlyTotp = current_app.extensions["security"]._totp_factory
    return factory
