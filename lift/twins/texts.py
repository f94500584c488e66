"""What twins say of simulation runs. Translated where it is shown."""

from __future__ import annotations

from lift.core.i18n import N_, Text
from lift.twins.enums import RunState

NO_ORGANISATION = Text(
    N_("You act for no organisation yet. Ask your company or institution to add you, then try again.")
)
TOO_MANY = N_("You have %(limit)s runs waiting or running already. Wait for one to end, or cancel one.")
YOUR_RUNS = Text(N_("See your runs"))
NOT_A_SEED = Text(N_("The seed is a whole number from 0 to 9007199254740991. Leave it out for new luck."))
ONE_LUCK = Text(N_("Give either a seed or the run whose luck you want, not both."))
OTHER_SIMULATOR = Text(N_("Luck can only be shared by runs of the same simulator. Choose another run, or new luck."))
ALREADY_OVER = Text(N_("This run is over already, so there is nothing to cancel. Its result is kept."))

# ---- why a run failed; kept in the row as source texts
TOO_LONG = N_("The run took longer than ten minutes and was ended. Simulate fewer or shorter days and run it again.")
BROKE = N_("The simulator broke off with a fault of its own. Run it again; if it happens twice, tell the operators.")
WORKER_LOST = N_("The computer that worked on this run stopped answering. Nothing of yours is lost; run it again.")
NOBODY_CAME = N_("No computer took this run for six hours. Run it again, or ask the operators whether one is working.")

STATES = {
    RunState.QUEUED: N_("waiting"),
    RunState.RUNNING: N_("running"),
    RunState.DONE: N_("done"),
    RunState.FAILED: N_("failed"),
    RunState.CANCELLED: N_("cancelled"),
}
GROUPS = {
    "times": N_("Times"),
    "buffers": N_("Buffers"),
    "stops": N_("Disturbances"),
    "run": N_("What is simulated"),
    "plan": N_("The plan"),
    "jobs": N_("The jobs"),
    "control": N_("The controller"),
    "oven": N_("The oven"),
}
"""Headings of the groups that a simulator's fields name."""
UNITS = {
    "parts": N_("parts"),
    "days": N_("days"),
    "parts/h": N_("parts per hour"),
    "jobs": N_("jobs"),
    "times": N_("times"),
    "steps": N_("steps"),
    "batches": N_("batches"),
}
"""Units that are words; symbols stay as they are."""
