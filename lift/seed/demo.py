"""``flask seed demo``: the whole demo world, once, in one transaction; a second call changes nothing."""

from __future__ import annotations

from lift.core.db import transaction
from lift.people import queries as people
from lift.seed import places
from lift.seed.crowd import enter_people, write_hub_texts
from lift.seed.lessons import publish_modules


def seed_demo() -> bool:
    """Build the demo world in an empty database; False when there is already somebody in it."""
    if people.organisation_ids():
        return False
    with transaction():
        places.enter_organisations()
        places.enter_partners()
        places.form_groups()
        built = places.equip_labs()
        places.open_hubs()
        crowd = enter_people(built.labs)
        write_hub_texts(crowd)
        publish_modules(crowd)
    return True
