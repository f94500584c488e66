"""People without an account who want to be told of sessions."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lift.core.db import Base, Created, Key


class Watch(Base):
    """Tell this address when a session of this topic, language, country opens (V3); empty means any.

    Written when the link in the mail is followed, never before.
    """

    __tablename__ = "watch"
    __table_args__ = (sa.UniqueConstraint("address", "topic", "language", "country"),)

    id: Mapped[Key]
    address: Mapped[str]
    topic: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    speaks: Mapped[str] = mapped_column(default="en")  # language of the mails
    confirmed_at: Mapped[Created]
    last_told_at: Mapped[datetime | None]
