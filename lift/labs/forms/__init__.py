"""Forms of labs. Dates and times are the lab's wall clock; what was typed is kept."""

from __future__ import annotations

from lift.labs.forms.desk import (
    ALL_LABS,
    FIRST_YEAR,
    LAST_YEAR,
    BlockForm,
    BlockTimeForm,
    BookForm,
    CancelForm,
    MoveForm,
    TimeForm,
    instant_of,
    length_words,
    lengths_of,
    wall_start,
)

__all__ = [
    "ALL_LABS",
    "FIRST_YEAR",
    "LAST_YEAR",
    "BlockForm",
    "BlockTimeForm",
    "BookForm",
    "CancelForm",
    "MoveForm",
    "TimeForm",
    "instant_of",
    "length_words",
    "lengths_of",
    "wall_start",
]
