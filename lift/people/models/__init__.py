"""Tables of people."""

from __future__ import annotations

from lift.people.models.belonging import Invitation, JoinRequest, Membership, RoleGrant, RoleProposal
from lift.people.models.organisations import Company, CompanyLink, Organisation, SizeDeclaration
from lift.people.models.persons import Account, ApiToken, Person, SharedSignIn, SignInCard
from lift.people.models.rights import Consent, DataExport, ErasureReport

__all__ = [
    "Account",
    "ApiToken",
    "Company",
    "CompanyLink",
    "Consent",
    "DataExport",
    "ErasureReport",
    "Invitation",
    "JoinRequest",
    "Membership",
    "Organisation",
    "Person",
    "RoleGrant",
    "RoleProposal",
    "SharedSignIn",
    "SignInCard",
    "SizeDeclaration",
]
