"""Sentences of the hubs' refusals."""

from __future__ import annotations

from lift.core.i18n import N_

NOT_YOUR_HUB = N_("Only the officers of this cluster write on its page.")
NOTHING_WRITTEN = N_("Write at least a sentence; an empty text would say nothing.")
TOO_LONG = N_("Keep it under %(most)s characters.")

PROJECTS = N_("EU projects")
PROJECTS_NOTE = N_("Of the programme %(programme)s, in any role.")
PROJECTS_ENDED_NOTE = N_("Programme %(programme)s; none is active now. %(third)s as third party.")
AS_COORDINATOR = N_("as coordinator")
NEVER_COORDINATOR = N_("Takes part in projects that others lead; has led none.")
COORDINATOR_NOTE = N_("Projects that it led.")
FUNDING = N_("EU funding")
FUNDING_RANGE = N_("Rounded by the source: between %(low)s and %(high)s.")
FUNDING_NO_RANGE = N_("Rounded by the source.")
PARTNERS = N_("different partners")
PARTNERS_NOTE = N_("Bodies in the same projects, each counted once.")
COUNTRIES = N_("countries")
COUNTRIES_NOTE = N_("Of those partners. The source does not say whether its own country counts.")
AREAS_SUM = N_("The counts add up to %(sum)s for %(projects)s projects, since one project may count in several areas.")
AREAS_SUM_LEFT = N_(
    "The counts add up to %(sum)s for %(projects)s projects, since one project may count in several areas."
    " %(left)s supports none of them."
)
EARLY_YEARS = N_("%(first)s to %(last)s")
RECENT_YEARS = N_("since %(first)s; the source gives no end")

LEVELS = {
    "primary": N_("primary"),
    "secondary": N_("secondary"),
    "emerging": N_("emerging"),
    None: N_("level not given"),
}
LEVEL_TONES = {"primary": "brand", "secondary": "good", "emerging": "att", None: "open"}
ROLES = {
    "participant": N_("participant"),
    "thirdParty": N_("third party"),
    "coordinator": N_("coordinator"),
}
EVIDENCE = {"low": N_("low"), "moderate": N_("moderate"), "high": N_("high")}
EVIDENCE_TONES = {"low": "bad", "moderate": "att", "high": "good"}

FITS_AREA = N_("Its topic, %(topic)s, belongs to “%(area)s”.")
FITS_LANGUAGE = N_("Taught in %(language)s, the language of the region.")
FITS_NEAR = N_("%(km)s km from %(hub)s.")
FITS_HERE = N_("In %(city)s, where %(hub)s is.")
FITS_ANYWHERE = N_("From your own desk, wherever you are.")
FITS_NOTHING = N_("Open to every small manufacturer; nothing ties it to this region.")

NOT_YOURS_TO_IMPORT = N_("Only cluster officers and the network's office take in EU-project data.")
NO_ZIP = N_("This is no zip archive. Choose the archive with the CSV files as it was published.")
NOT_IN_ZIP = N_("This archive does not hold %(names)s. Choose the set with the CSV files as it was published.")
TOO_LARGE_ZIP = N_("Unpacked, this archive is larger than any published set. It was not read.")
LOADED_ALREADY = N_("This file is read to its end; there is nothing to go on with.")
PIC_TAKEN = N_("Another organisation has this id (PIC) already; ask the network’s office which of the two it is.")
LOADED_TWICE = N_("Another process is loading this file right now; it goes on there.")

FILE_STATES = {
    "waiting": N_("waiting to be read"),
    "loading": N_("being read"),
    "current": N_("profiles are computed from it"),
    "superseded": N_("replaced by a newer file"),
    "failed": N_("could not be read"),
}
FILE_TONES = {"waiting": "open", "loading": "att", "current": "good", "superseded": "off", "failed": "bad"}
ROW_REASONS = {
    "width": N_("The row has another number of fields than the header."),
    "columns": N_("A column that is needed is missing."),
    "project_id": N_("The project's id is not a number."),
    "pic": N_("The body's id is not a number."),
    "name": N_("The body has no name."),
    "role": N_("The role is not one that the published set knows."),
    "money": N_("An amount is not a number."),
    "day": N_("A date is not a day of the calendar."),
    "country": N_("The country is not a two-letter code."),
    "path": N_("The topic has no words, only numbers or nothing."),
    "twice": N_("The same row came before."),
    "no_project": N_("Its project is not in the file."),
}

MEMBERS = {"project": N_("Projects"), "organization": N_("Organisations"), "euroSciVoc": N_("Topics")}
ROLE_WORDS = {
    "leader": N_("leader"),
    "active_partner": N_("active partner"),
    "participant": N_("participant"),
    "none": N_("no project"),
}
REACH_WORDS = {
    "european": N_("European"),
    "international": N_("international"),
    "national": N_("national"),
}
CANNOT = {
    "never_led": N_("It led no project of these files; whether it can lead one, they do not show."),
    "few_projects": N_("Fewer than five projects stand behind this; one more would change the picture."),
    "unknown_money": N_("Some rows state no contribution, so the sums are lower bounds."),
    "no_topics": N_("No topic is stored for its projects, so no area can be computed."),
}
BEHIND = {
    "projects": N_("EU projects"),
    "as_coordinator": N_("as coordinator"),
    "active": N_("active projects"),
    "funding": N_("EU funding"),
    "partners": N_("different partners"),
    "countries": N_("countries"),
}
RULES = {
    "projects": N_("Projects of the file in which the body takes part, in any role, each once."),
    "as_coordinator": N_("Those of them in which one of its rows has the role coordinator."),
    "active": N_("Those of them with status SIGNED whose end is not past."),
    "funding": N_("Sum of what the body keeps (netEcContribution) over its own rows."),
    "partners": N_("Other bodies in the same projects; ids with one VAT number are one body."),
    "countries": N_("Countries of those other bodies; its own counts when another body is from there."),
}
COMPARE_SAME = N_("The same.")
COMPARE_ROUNDED = N_("The same, as the source rounds it.")
COMPARE_GROSS = N_("The same with linked third parties (%(amount)s EUR), as the source rounds it.")
COMPARE_OWN_COUNTRY = N_("The same when its own country counts (%(n)s).")
COMPARE_MORE = N_("%(n)s more than in the source.")
COMPARE_FEWER = N_("%(n)s fewer than in the source.")
COMPARE_SILENT = N_("The source does not say.")
