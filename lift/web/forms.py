"""The base of every form: CSRF token and the acting organisation travel with it."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField

from lift.web.current import current_actor


class LiftForm(FlaskForm):  # type: ignore[misc]
    """Subclass it; render ``form.hidden_tag()`` first in the template."""

    acting = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation = current_actor().organisation_id
        if not self.is_submitted():
            self.acting.data = str(organisation) if organisation else ""
