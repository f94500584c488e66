"""The tables that join the floors: blueprints, events and their subscribers, holders of personal data."""

from __future__ import annotations

from flask import Blueprint

from lift.clusters.api import bp as clusters_api
from lift.clusters.views import bp as cluster_pages
from lift.content.api import bp as content_api
from lift.content.views import bp as content_pages
from lift.core import registry
from lift.front.views import bp as front_pages
from lift.insight.views import bp as insight_pages
from lift.labs import services as lab_services
from lift.labs.api import bp as labs_api
from lift.labs.views import bp as lab_pages
from lift.live import services as live_services
from lift.live.api import bp as live_api
from lift.live.views import live_pages
from lift.live.views.edge import bp as edge_door
from lift.live.views.practice import bp as twins_pages
from lift.live.views.streams import bp as live_streams
from lift.network.views import bp as network_pages
from lift.people import services as people_services
from lift.people.api import bp as people_api
from lift.people.views import bp as people_pages
from lift.training import queries as training_queries
from lift.training import services as training_services
from lift.training.api import bp as training_api
from lift.training.views import bench_panel
from lift.training.views import bp as training_pages
from lift.twins.api import bp as twins_api
from lift.twins.services.holder import HOLDER as TWINS_HOLDER

BLUEPRINTS: tuple[Blueprint, ...] = (
    people_pages,
    people_api,
    network_pages,
    lab_pages,
    labs_api,
    content_pages,
    content_api,
    twins_pages,
    twins_api,
    live_pages,
    live_api,
    edge_door,
    live_streams,
    training_pages,
    training_api,
    cluster_pages,
    clusters_api,
    insight_pages,
    front_pages,
)
"""Every page and API blueprint, bottom floor first."""

CSRF_FREE: tuple[Blueprint, ...] = (
    people_api,
    labs_api,
    content_api,
    twins_api,
    live_api,
    clusters_api,
    training_api,
    edge_door,
)
"""Blueprints that take bearer tokens only: the API and the gateways' door."""

EVENTS: dict[str, tuple[str, ...]] = {
    "labs.booking_ended": (),  # cancelled, displaced: booking_id, status
    "labs.booking_displaced": ("labs.tell_displaced", "training.tell_displaced"),  # booking_id
    "labs.time_back": ("labs.tell_back",),  # booking_id
    "content.published": ("training.offer_update",),  # version_id
    "content.step_recalled": ("training.stop_recalled_step",),  # version_id, step_key
    "live.cut_sealed": ("training.check_attempts",),  # cut_id
    "live.recording_sealed": ("training.check_attempts",),  # recording_id, version
    "people.signed_out": ("live.leave_benches",),
    "training.enrolled": (),
    "training.seat_freed": ("training.tell_offer",),
    "training.seat_asked": ("training.tell_asked",),
    "training.seat_refused": ("training.tell_refused",),
    "training.clock_ended": ("training.tell_ended",),
    "training.session_opened": (),
    "training.session_started": (),
    "training.session_over": (),
    "training.session_cancelled": ("training.tell_cancelled",),
    "training.certificate_issued": (),
}
"""Event → kinds of job. Announced by a floor, handled by floors above it, after the commit."""


def register_holders() -> None:
    """What each feature holds of a person (leaver, export, erasure), bottom floor first."""
    registry.register("people", people_services.HOLDER)
    registry.register("labs", lab_services.HOLDER)
    registry.register("twins", TWINS_HOLDER)
    registry.register("live", live_services.HOLDER)
    registry.register("training", training_services.HOLDER)


def tell_lower_floors() -> None:
    """What the live path asks without knowing training: who may do what in a session's booking, the step at the bench."""
    live_services.use_rights(training_queries.right_in_session)
    live_services.use_panels(bench_panel)
    live_services.use_more_time(training_services.extend_part)
