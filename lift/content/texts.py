"""Sentences of refusals of content."""

from __future__ import annotations

from lift.core.i18n import N_

NOT_AUTHOR = N_("Only authors of the working group can write its modules.")
NOT_LEAD = N_("Publishing is the act of the working group's lead.")
NO_GROUP = N_("There is no working group “%(topic)s”.")
DRAFT_EXISTS = N_("This module already has a draft; go on with that one.")
NOT_IN_REVIEW = N_("This version is not in review.")
NOT_DRAFT = N_("Only a draft can be sent to review.")
OWN_WORK = N_("Nobody reviews their own work.")
NOT_REVIEWER = N_("You were not asked to review this version.")
NOT_APPROVED = N_("The version needs an approval by somebody who did not write it.")
NO_OTHER_PARTNER = N_("At least one approval must come from another partner.")
NOT_PUBLISHED = N_("Only a published version can be retired.")
