"""``flask seed demo``: the whole demo world, once, in one transaction; a second call changes nothing."""

from __future__ import annotations

from lift.core import clock
from lift.core.db import transaction
from lift.people import queries as people
from lift.seed import places
from lift.seed.crowd import enter_people, write_hub_texts
from lift.seed.lab_day import fill_lab_day
from lift.seed.lessons import publish_modules, start_drafts
from lift.seed.sessions import open_sessions


def seed_demo() -> bool:
    """Build the demo world in an empty database; False when there is already somebody in it."""
    if people.organisation_ids():
        return False
    now = clock.now()
    with transaction():
        places.enter_organisations()
        places.enter_partners()
        places.form_groups()
        built = places.equip_labs()
        places.open_hubs()
        crowd = enter_people(built.labs)
        places.name_owners(built, crowd["lab"].id)
        write_hub_texts(crowd)
        publish_modules(crowd)
        start_drafts(crowd)
        keys = {key: person.id for key, person in crowd.items()}
        open_sessions(keys, now)
        fill_lab_day(built, keys, now)
    return True
