"""Sentences and labels of people: refusals, kinds, sizes, roles, mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lift.core.actor import Role, Scope
from lift.core.i18n import N_, Text
from lift.people.enums import ConsentPurpose, JoinState, LinkKind, OrganisationKind, SizeClass, VatState

if TYPE_CHECKING:
    from lift.people.models import Organisation

KINDS = {
    OrganisationKind.UNIVERSITY: N_("university"),
    OrganisationKind.COMPETENCE_CENTRE: N_("competence centre"),
    OrganisationKind.INNOVATION_COMMUNITY: N_("innovation community"),
    OrganisationKind.CLUSTER: N_("cluster"),
    OrganisationKind.COMPANY: N_("company"),
    OrganisationKind.LABORATORY: N_("laboratory"),
    OrganisationKind.TRAINING_PROVIDER: N_("training provider"),
    OrganisationKind.NETWORK: N_("network"),
}

SIZES = {
    SizeClass.MICRO: N_("micro firm"),
    SizeClass.SMALL: N_("small firm"),
    SizeClass.MEDIUM: N_("medium firm"),
    SizeClass.LARGE: N_("large firm"),
    SizeClass.UNKNOWN: N_("firm, size not told yet"),
}

VAT_STATES = {
    VatState.UNCHECKED: N_("not yet checked in the register; that costs nobody a seat"),
    VatState.VALID: N_("checked in the register"),
    VatState.UNKNOWN: N_("the register does not know it; look whether it is typed right"),
    VatState.VOUCHED: N_("the network answers for it"),
}
LINK_KINDS = {
    LinkKind.LINKED: N_("linked firm: one holds more than half of the other's votes"),
    LinkKind.PARTNER: N_("partner firm: one holds 25 to 50 per cent of the other"),
}

ROLES = {
    Role.OWNER: N_("Owner or HR"),
    Role.LEARNER: N_("Learner"),
    Role.LEAD: N_("Group lead"),
    Role.AUTHOR: N_("Author"),
    Role.REVIEWER: N_("Reviewer"),
    Role.TRAINER: N_("Trainer"),
    Role.QUALIFIER: N_("Qualifier"),
    Role.LAB_MANAGER: N_("Lab manager"),
    Role.LAB_TECHNICIAN: N_("Lab technician"),
    Role.PARTNER_ADMIN: N_("Partner administrator"),
    Role.SIGNATORY: N_("Signatory"),
    Role.OFFICER: N_("Cluster officer"),
    Role.ACTIVITY_LEADER: N_("Activity leader"),
    Role.BUSINESS_OWNER: N_("Business owner"),
    Role.COORDINATOR: N_("Coordinator"),
    Role.AUDITOR: N_("Auditor"),
    Role.ACCOUNTANT: N_("Accountant"),
    Role.OPERATOR: N_("Operator"),
}
ROLE_MEANINGS = {
    Role.OWNER: N_(
        "sees this page, adds people, prints cards, enrols people in sessions, declares the size of the firm"
    ),
    Role.LEARNER: N_(
        "takes seats in sessions, opens the modules, drives machines in the booked hours, gets certificates"
    ),
    Role.ACCOUNTANT: N_("sees the documents for the books of this company, and nothing else"),
}

SCOPES = {
    Scope.NETWORK: N_("whole network"),
    Scope.PARTNER: N_("this organisation"),
    Scope.LAB: N_("one lab"),
    Scope.ASSET_TYPE: N_("one kind of machine"),
    Scope.WORKING_GROUP: N_("one working group"),
    Scope.COMPANY: N_("this company"),
    Scope.CLUSTER: N_("one cluster"),
    Scope.SESSION: N_("one session"),
}
NETWORK_ROLES = (Role.COORDINATOR, Role.ACTIVITY_LEADER, Role.BUSINESS_OWNER, Role.AUDITOR)

CONSENT_VERSION = "2026-11"
CONSENTS = {
    ConsentPurpose.SHARE_WITH_EMPLOYER: N_(
        "My employer may see how far I am in a module, not only whether I took part."
    ),
    ConsentPurpose.SHARE_WITH_CLUSTER: N_("My firm's cluster may see which trainings I took."),
    ConsentPurpose.PHOTO: N_("Photos of me taken in a session may be shown."),
    ConsentPurpose.CONTACT: N_("The network may write to me later about new sessions."),
    ConsentPurpose.PUBLIC_CONTACT: N_("My name and address may stand on public pages as a contact."),
}

JOIN_STATES = {
    JoinState.OPEN: N_("waits for an answer"),
    JoinState.ACCEPTED: N_("accepted"),
    JoinState.REFUSED: N_("not accepted"),
    JoinState.LAPSED: N_("nobody answered"),
    JoinState.TAKEN_BACK: N_("taken back"),
}

DEMO_JOBS = {
    "technician": N_("Technician: has a seat in the session that is running now"),
    "owner": N_("Owner of a small firm: enrols people, prints cards"),
    "author": N_("Author: writes training modules in a working group"),
    "reviewer": N_("Reviewer: checks modules before they are published"),
    "trainer": N_("Trainer: runs the session that is on now"),
    "lab": N_("Lab manager: keeps the calendar of the machines"),
    "partner": N_("Partner administrator: people, labs and agreement of a university"),
    "leader": N_("Activity leader: receives applicants, sees partners by state"),
    "business": N_("Business owner: laboratories and training providers"),
    "officer": N_("Cluster officer: brings small firms into the network"),
    "admin": N_("Operator: keeps this installation running"),
}

CARD_HOW = (
    N_("Hold the square in front of a camera, or open the address and type the eight characters."),
    N_("The first time you choose a PIN of four to eight digits. Tell it to nobody."),
    N_("When you are done, press “Done, next person”. After 15 idle minutes LIFT signs you out by itself."),
    N_("Card lost? Your company prints a new one; the old one stops working at once."),
)

WRONG_ADDRESS_OR_PASSWORD = Text(
    N_("Address and password do not fit together. Check both; capital letters count in the password.")
)
SECOND_FACTOR_WRONG = Text(N_("The code does not fit. Take the one your app shows now; each code works once."))
SECOND_FACTOR_MISSING = Text(
    N_("This account asks for a second factor: add the code that your app shows now as `totp`.")
)
RESET_LINK_OVER = Text(N_("This link is over or was used before. Ask for a new one; it works for two hours."))
PASSWORD_SHORT = Text(N_("Take a password of at least ten characters, for example four words."))
PASSWORD_EASY = Text(N_("This password is too easy to guess. Take another, for example four words."))
PASSWORD_NOW_WRONG = Text(N_("This is not your present password."))
INSTITUTION_UNKNOWN = Text(
    N_(
        "We do not know this institutional sign-in yet. Sign in with your address and password first, "
        "then connect your institution under “Myself”."
    )
)
INSTITUTION_TAKEN = Text(N_("This institutional sign-in already belongs to another account. Ask your administrator."))
INSTITUTION_FAILED = Text(N_("Your institution did not confirm the sign-in. Start again from the sign-in page."))

CARD_UNKNOWN = Text(N_("This card does not work. Check the eight characters, or ask your company for a new card."))
CARD_LOCKED = Text(
    N_("Five wrong PINs: the card is locked until %(until)s. Your company can print a new card at once.")
)
PIN_WRONG = Text(N_("The PIN does not fit. %(left)s tries are left before the card is locked for 15 minutes."))
PIN_SHAPE = Text(N_("A PIN has four to eight digits."))
PIN_EASY = Text(N_("This PIN is too easy to guess. Take digits that are not all the same and not in a row."))
PIN_ALREADY_SET = Text(N_("This card has a PIN already. Type it, or ask your company for a new card."))

VAT_FORM = Text(
    N_("This is no VAT number of the European Union. Write it with its country, for example IT00743110157.")
)
VAT_TAKEN = Text(
    N_("A firm with this VAT number is here already. If it is yours, ask to belong to it under “Join an organisation”.")
)
LINK_TO_SELF = Text(N_("This is your own VAT number. Write the one of the other firm."))
LINKED_ALREADY = Text(N_("You declared this firm already. End that declaration first if something changed."))
NAME_MISSING = Text(N_("Give the name of the person as it should stand on the certificate."))
ADDRESS_TAKEN = Text(N_("This address has an account already. Leave it out and print a card, or take another address."))
NOT_OWNER = Text(N_("Only an owner or HR of the company may do this. Ask one of them; they stand under “People”."))
LAST_OWNER = Text(N_("This is the last person who looks after the others here. Give that role to somebody else first."))
NOT_MANAGER = Text(
    N_("Only who looks after the people of your organisation may do this: its owner, HR or administrator.")
)
HOLDS_ROLE = Text(N_("This address belongs to somebody here who holds the role already."))
INVITATION_OVER = Text(N_("This invitation was used, taken back, or is older than 14 days. Ask for a new one."))
INVITATION_OTHER_ADDRESS = Text(
    N_("This invitation is for another address than the one you are signed in with. Sign out and open the link again.")
)
INVITATION_WORTHLESS = Text(
    N_("Who invited you may not give this role any more. Ask the organisation for a new invitation.")
)
BELONGS_ALREADY = Text(N_("You belong to this organisation already. Choose it in the bar."))
JOIN_OVER = Text(N_("This request has been answered, or its five days are over."))
COORDINATORS_ONLY = Text(N_("Roles for the whole network are decided by two coordinators."))
SECOND_IS_FIRST = Text(N_("You proposed this role yourself. Another coordinator has to agree."))
PROPOSAL_OVER = Text(N_("This proposal has been decided already."))
PROPOSAL_WORTHLESS = Text(N_("Who proposed it is no coordinator any more. Propose the role again."))
REASON_MISSING = Text(N_("Write in one sentence why; it stays with the role."))
SCOPE_UNKNOWN = Text(N_("There is no scope %(scope)s."))
SCOPE_NONE = Text(N_("Name at least one scope that the token shall carry."))
TOKEN_LIFE = Text(N_("A token lives between one day and 12 months."))
TOKEN_FOR_WHOM = Text(N_("The token's person does not belong to this organisation."))
GRANT_TO_SELF = Text(N_("Nobody gives a role to themselves. Ask a colleague who may give it."))
GRANT_CEILING = Text(N_("You can only give roles that you may pass on yourself, in the place where you hold them."))
GRANT_NETWORK = Text(N_("Roles for the whole network need two coordinators. The operator enters their decision."))
NOT_A_MEMBER = Text(N_("This person does not belong to the organisation yet. Add the person first."))

MAIL_RESET_SUBJECT = N_("Your new password for LIFT")
MAIL_RESET_BODY = N_(
    "Hello %(name)s,\n\nsomebody, probably you, asked for a new password. Choose it here within two hours:\n"
    "%(link)s\n\nIf it was not you, do nothing: your password stays as it is.\n\nLIFT"
)
MAIL_WELCOME_SUBJECT = N_("Your account at LIFT")
MAIL_WELCOME_BODY = N_(
    "Hello %(name)s,\n\n%(company)s made an account for you at LIFT, the network of learning factories. "
    "Choose your password here within two hours:\n%(link)s\n\nLater, ask for a new link on the sign-in page.\n\nLIFT"
)
MAIL_CHANGED_SUBJECT = N_("Your password for LIFT was changed")
MAIL_CHANGED_BODY = N_(
    "Hello %(name)s,\n\nyour password was changed just now, and all other sign-ins ended. "
    "If it was not you, ask for a new password at once on the sign-in page and tell your administrator.\n\nLIFT"
)

MAIL_INVITED_SUBJECT = N_("%(organisation)s invites you to LIFT")
MAIL_INVITED_BODY = N_(
    "Hello,\n\n%(organisation)s invites you to LIFT, the network of learning factories, as: %(role)s. "
    "Open this link within 14 days; it works once and only for this address:\n%(link)s\n\nLIFT"
)
MAIL_ASKED_SUBJECT = N_("%(name)s asks to belong to %(organisation)s")
MAIL_ASKED_BODY = N_(
    "Hello,\n\n%(name)s asks to belong to %(organisation)s at LIFT. Sign in, open “Members and roles” and answer within "
    "five days; after that the request lapses.\n\nLIFT"
)
MAIL_ANSWER_SUBJECT = N_("Your request to %(organisation)s")
MAIL_JOINED_BODY = N_(
    "Hello %(name)s,\n\n%(organisation)s said yes. Sign in and choose it in the bar; then you act for it.\n\nLIFT"
)
MAIL_NOT_JOINED_BODY = N_(
    "Hello %(name)s,\n\n%(organisation)s did not agree that you belong to it. If this is a mistake, talk to them.\n\nLIFT"
)
MAIL_LAPSED_BODY = N_(
    "Hello %(name)s,\n\n%(organisation)s did not answer within five days, so your request has ended. "
    "You may ask again, or talk to them first.\n\nLIFT"
)

MAIL_EXPORT_SUBJECT = N_("Your data from LIFT is ready")
MAIL_EXPORT_BODY = N_(
    "Hello %(name)s,\n\nthe archive of all that LIFT holds of you is ready. Sign in and fetch it under “My data” within "
    "seven days; after that it is deleted.\n\nLIFT"
)
HELD = {
    "people": N_("Person, memberships, roles, agreements"),
    "labs": N_("Labs: bookings and qualifications"),
    "twins": N_("What-if runs"),
    "live": N_("Recordings and remote control"),
    "training": N_("Trainings, answers, certificates"),
}

NOT_THE_OFFICE = N_("Only the network's office enters organisations and people.")


def kind_label(organisation: Organisation) -> str:
    """What a body is, in two words; a firm by its size."""
    if organisation.company is not None:
        return SIZES[organisation.company.size_class]
    return KINDS[organisation.kind]
