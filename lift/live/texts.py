"""Sentences of the live path."""

from __future__ import annotations

from lift.core.i18n import N_, Text

SECOND_SESSION = Text(N_("This gateway already runs somewhere else with a newer store. Stop the other one first."))

NOT_ON_BOOKING = Text(N_("Only people of this booking can work at its machines. Ask your trainer or the lab."))
WATCH_ONLY = Text(
    N_(
        "Only people who booked this hour and its trainers drive here. You can watch, stop the machine, and give the"
        " controls; to drive yourself, book an hour of your own."
    )
)
THEY_WATCH_ONLY = Text(
    N_("This person neither booked this hour nor trains in it, so the controls cannot be given to them.")
)
NOT_YOUR_BENCH = Text(N_("Only the person who opened this bench can do that."))
ONLY_SUPERVISORS = Text(N_("Only the trainer of this hour or the lab's staff can do that."))
ONLY_LAB_MANAGER = Text(N_("Only the manager of the lab looks after its gateways."))
ONLY_LAB = Text(N_("Only the lab's staff can release a lab stop."))
NO_CONTROLS = Text(N_("You do not have the controls of this machine. Take them first, or ask your trainer."))

NOT_YET = Text(N_("Your time at the machine begins at %(start)s. Come back then."))
OVER = Text(N_("Your time at the machine ended at %(end)s. What you recorded is kept."))
NOT_ACTIVE = Text(N_("This booking does not hold any more, so its machine cannot be used."))
NOT_CLAIMED = Text(N_("%(asset)s is not part of this booking."))
NOT_CONNECTED = Text(N_("%(asset)s is not connected; it can be used in the lab only."))
BENCH_CLOSED = Text(N_("This bench is closed. Open it again from your training."))

DRIVEN_BY = Text(N_("%(name)s has the controls. There is one driver at a time."))
STOPPED = Text(N_("The machine was stopped. Your trainer gives the controls back after a look."))
LAB_STOPPED = Text(N_("The lab has stopped this machine. Only the lab's staff release it."))
NOT_REACHED = Text(
    N_("The machine has not said yet that it is in its safe state. Look at the machine, then try again.")
)
NOT_SAFE_TO_DRIVE = Text(N_("The lab has not filed everything that driving this machine needs: %(what)s."))
CLASS_VIEW = Text(N_("The lab lets people watch this machine, not drive it."))
CLASS_SUPERVISED = Text(N_("This machine is driven beside a trainer only, and none stands in this booking."))
CLASS_ON_SITE = Text(N_("This machine is driven in the lab only, not from here."))
GATEWAY_LOST = Text(
    N_("The machine does not answer since %(since)s. It is in its safe state. Try the computer copy meanwhile.")
)
NEVER_SEEN = Text(N_("The machine has not been heard of yet. Try the computer copy meanwhile."))
MACHINE_DOWN = Text(N_("The lab's gateway runs, but the machine does not answer it. Try the computer copy meanwhile."))
EMERGENCY_STOP = Text(N_("The red emergency stop at the machine is pressed. Somebody in the lab has to release it."))
INTERLOCK = Text(N_("The safety switch at the machine is open. Somebody in the lab has to close it."))

NOT_QUALIFIED = Text(N_("You still need this before you drive %(asset)s: %(what)s."))
TWIN_CHECK = N_("five minutes on the computer copy")
SIGN_OFF = N_("a sign-off by a trainer")

UNKNOWN_VARIABLE = Text(N_("This machine has nothing called %(name)s."))
NOT_WRITABLE = Text(N_("%(name)s can be read, not changed."))
WRONG_KIND = Text(N_("%(name)s does not take this kind of value."))
TOO_LOW = Text(N_("%(name)s cannot go below %(limit)s %(unit)s. Choose %(low)s to %(high)s."))
TOO_HIGH = Text(N_("%(name)s cannot go above %(limit)s %(unit)s. Choose %(low)s to %(high)s."))
NO_CHOICE = Text(N_("%(name)s takes one of: %(choices)s."))
WRONG_STATE = Text(N_("%(name)s is not possible while the machine is in this state."))
TOO_SOON = Text(N_("%(name)s was changed a moment ago. Wait %(wait)s s, then ask again."))

TWIN_IS_YOURS = Text(N_("The computer copy is yours alone; there is nobody to hand it to."))
NOT_YOUR_VALUES = Text(N_("Only people at this machine and the people of its lab can read what it says."))
NOTHING_ASKED = Text(N_("Say what is to be changed: a variable with its value, or an action."))
STOP_GONE = Text(N_("This stop was released already."))
CHOOSE_MINUTES = Text(N_("Choose how many minutes to take from the list."))
NOTHING_RECORDED = Text(N_("Nothing was recorded in these minutes, so there is nothing to take."))
WINDOW_OUTSIDE = Text(N_("The window lies outside your recording."))
WINDOW_TOO_LONG = Text(N_("A dataset holds at most 60 minutes."))
TOO_MANY_CUTS = Text(N_("A recording has at most 50 datasets. Use one of those you have."))

GATEWAY_KEY_TAKEN = Text(N_("A gateway with this key runs for another lab. Choose another key."))
TWIN_NOT_KNOWN = Text(N_("There is no computer copy of %(asset)s."))

VARIABLES = {
    "SpindleLoad": Text(N_("Spindle load")),
    "SpindleSpeed": Text(N_("Spindle speed")),
    "FeedOverride": Text(N_("Feed")),
    "CoolantOn": Text(N_("Coolant")),
    "BearingTemperature": Text(N_("Spindle bearing temperature")),
    "PartsTotal": Text(N_("Parts finished")),
    "PartsGood": Text(N_("Good parts")),
    "PartsScrap": Text(N_("Scrap")),
    "DoorOpen": Text(N_("Door")),
    "ItemState": Text(N_("State of the machine")),
    "OperationMode": Text(N_("Mode")),
    "ProgramStep": Text(N_("Step of the program")),
    "LastCycleTime": Text(N_("Time of the last part")),
    "ToolNumber": Text(N_("Tool")),
    "HoldRequested": Text(N_("Hold asked for")),
}
ACTIONS = {
    "Resume": Text(N_("Start")),
    "Hold": Text(N_("Hold after this part")),
    "OpenDoor": Text(N_("Open the door")),
    "CloseDoor": Text(N_("Close the door")),
    "Reset": Text(N_("Back to the start")),
}


def called(name: str) -> Text | str:
    """A variable or action as people call it."""
    return VARIABLES.get(name) or ACTIONS.get(name) or name


EVENTS = {
    "bench_opened": Text(N_("The bench was opened, recording began")),
    "bench_closed": Text(N_("The bench was closed")),
    "extended": Text(N_("%(minutes)s minutes were added to the booked time")),
    "mode": Text(N_("The bench changed between machine and computer copy")),
    "controls_taken": Text(N_("%(name)s has the controls")),
    "safe_state": Text(N_("The machine is in its safe state")),
    "stop": Text(N_("Stop was pressed")),
    "stop_reached": Text(N_("Stopped: the machine is in its safe state")),
    "stop_released": Text(N_("The stop was released")),
    "command_done": Text(N_("%(name)s %(value)s: done")),
    "command_refused": Text(N_("%(name)s %(value)s: refused")),
    "command_failed": Text(N_("%(name)s %(value)s: the machine did not do it")),
    "command_expired": Text(N_("%(name)s %(value)s: no answer in time, nothing was done")),
    "command_disagrees": Text(N_("%(name)s: asked %(value)s, the machine says %(now)s")),
    "mark": Text(N_("This moment was marked")),
    "cut_asked": Text(N_("Dataset %(number)s was taken")),
    "cut_sealed": Text(N_("Dataset %(number)s is sealed")),
    "cut_failed": Text(N_("Dataset %(number)s holds no values and was not made")),
    "recording_sealed": Text(N_("The recording is sealed")),
}
ENDS = {
    "handed_back": Text(N_("The controls were handed back")),
    "taken_back": Text(N_("The trainer took the controls")),
    "stopped": Text(N_("The controls ended with the stop")),
    "booking_over": Text(N_("The booked time is over, the controls ended")),
    "browser_silent": Text(N_("The page was closed or silent, the controls ended")),
    "gateway_lost": Text(N_("The machine could not be reached, the controls ended")),
    "bench_closed": Text(N_("The bench was closed, the controls ended")),
    "signed_out": Text(N_("The driver signed out, the controls ended")),
    "to_twin": Text(N_("The controls of the machine ended, the bench goes on")),
}
STATES: dict[str, dict[str, Text]] = {
    "item_state": {
        "Executing": Text(N_("The machine works")),
        "NotExecuting": Text(N_("The machine stands still")),
        "OutOfService": Text(N_("The machine is out of service")),
        "NotAvailable": Text(N_("The machine says nothing about its state")),
    },
    "emergency_stop": {
        "pressed": Text(N_("The red emergency stop was pressed")),
        "clear": Text(N_("The red emergency stop was released")),
        "unknown": Text(N_("The red emergency stop says nothing")),
    },
    "interlock_ok": {
        "True": Text(N_("The safety switch was closed")),
        "False": Text(N_("The safety switch was opened")),
    },
    "link": {
        "True": Text(N_("The machine answers again")),
        "False": Text(N_("The machine does not answer")),
    },
}
