"""The rules of a lab and of an asset are set by the lab's managers; every value is judged alone and with the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lift.core import audit
from lift.core.actor import Actor
from lift.core.db import db, transaction
from lift.core.errors import Invalid, Problem, require, require_found
from lift.core.i18n import Text
from lift.core.locks import lock_rows
from lift.labs import texts
from lift.labs.enums import Preset
from lift.labs.models import Asset, Lab
from lift.labs.permissions import can_set_rules
from lift.labs.policy.rules import OF_THE_LAB, effective_rules, lab_rules
from lift.labs.policy.values import together_problems, value_problems
from lift.labs.queries.time import assets_with_labs


def set_lab_rules(lab_id: UUID, preset: Preset, changes: Mapping[str, Any], *, actor: Actor) -> Lab:
    """The lab starts from ``preset`` and differs in ``changes`` only. Bookings that stand keep standing.

    Raises Invalid with every value that does not fit, at the lab or at one of its assets.
    """
    with transaction():
        lab = _managed_by(actor, lab_id)
        before = {"preset": lab.preset.value, **lab.rules}
        _invalid_if(value_problems(changes))
        lab.preset, lab.rules = preset, dict(changes)
        _invalid_if(_lab_problems(lab))
        audit.record(actor, "labs.set_rules", "lab", lab_id, before=before, after={"preset": preset.value, **changes})
        return lab


def set_asset_rules(
    asset_id: UUID, preset: Preset | None, changes: Mapping[str, Any], *, setup: int, teardown: int, actor: Actor
) -> Asset:
    """The asset follows its lab (None) or a preset of its own, and differs in ``changes``; buffers in whole minutes."""
    with transaction() as session:
        asset = require_found(session.get(Asset, asset_id))
        lab = _managed_by(actor, asset.lab_id)
        before = {
            "preset": asset.preset,
            "setup": asset.setup_minutes,
            "teardown": asset.teardown_minutes,
            **asset.rules,
        }
        foreign = [
            Problem("M25", Text(texts.RULE_OF_LAB, {"lab": lab.name}), field=n) for n in changes if n in OF_THE_LAB
        ]
        _invalid_if([*foreign, *value_problems(changes)])
        asset.preset, asset.rules = preset, dict(changes)
        asset.setup_minutes, asset.teardown_minutes = setup, teardown
        _invalid_if(together_problems(effective_rules(asset)))
        after = {"preset": preset, "setup": setup, "teardown": teardown, **changes}
        audit.record(actor, "labs.set_rules", "asset", asset_id, before=before, after=after)
        return asset


def _lab_problems(lab: Lab) -> list[Problem]:
    """Of the lab's own rules, and of every asset that stands on them."""
    problems = together_problems(lab_rules(lab))
    for asset in assets_with_labs([asset.id for asset in lab.assets]):
        problems += together_problems(effective_rules(asset))
    return list({(p.rule, p.field): p for p in problems}.values())


def _invalid_if(problems: list[Problem]) -> None:
    if problems:
        raise Invalid(problems)


def _managed_by(actor: Actor, lab_id: UUID) -> Lab:
    lab = require_found(db.session.get(Lab, lab_id))
    may = Problem("R2", Text(texts.MAY_NOT_SET_RULES, {"lab": lab.name}), owner=lab.name)
    require(can_set_rules(actor, lab), may)
    return lock_rows(Lab, [lab.id])[0]
