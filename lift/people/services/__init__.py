"""The verbs of people."""

from __future__ import annotations

from lift.people.policy import SizeAnswers
from lift.people.services.accounts import (
    account_by_institution,
    ask_new_password,
    choose_language,
    connect_institution,
    create_account,
    end_second_factor,
    give_consent,
    note_password_reset,
    note_sign_in,
    prove_by_password,
    prove_second_factor,
    set_new_password,
    set_second_factor,
    withdraw_consent,
)
from lift.people.services.cards import IssuedCard, issue_card, revoke_card, set_pin, usable_card, use_card
from lift.people.services.companies import (
    NewEmployee,
    add_employee,
    change_profile,
    declare_size,
    make_owner,
)
from lift.people.services.data import HOLDER, erase_person
from lift.people.services.directory import enter_organisation, enter_person
from lift.people.services.doors import employee_of, managed, owned_company
from lift.people.services.exports import PACK_EXPORT, ask_export, export_file, pack_export
from lift.people.services.grants import end_role, grant_role
from lift.people.services.invitations import (
    Newcomer,
    accept_as_newcomer,
    accept_invitation,
    invite,
    revoke_invitation,
)
from lift.people.services.joining import (
    answer_join_request,
    ask_firm,
    ask_to_join,
    lapse_join_requests,
    take_back_join_request,
)
from lift.people.services.membership import end_membership, join
from lift.people.services.proposals import drop_proposal, propose_network_role, second_network_role
from lift.people.services.sign_ins import begin_shared_sign_in, end_idle_sign_ins, keep_shared_sign_in, sign_out
from lift.people.services.tokens import (
    IssuedToken,
    Wanted,
    issue_token,
    issue_token_by_password,
    revoke_all,
    revoke_token,
)
from lift.people.services.undertaking import declare_link, declare_vat_number, end_link

__all__ = [
    "HOLDER",
    "PACK_EXPORT",
    "IssuedCard",
    "IssuedToken",
    "NewEmployee",
    "Newcomer",
    "SizeAnswers",
    "Wanted",
    "accept_as_newcomer",
    "accept_invitation",
    "account_by_institution",
    "add_employee",
    "answer_join_request",
    "ask_export",
    "ask_firm",
    "ask_new_password",
    "ask_to_join",
    "begin_shared_sign_in",
    "change_profile",
    "choose_language",
    "connect_institution",
    "create_account",
    "declare_link",
    "declare_size",
    "declare_vat_number",
    "drop_proposal",
    "employee_of",
    "end_idle_sign_ins",
    "end_link",
    "end_membership",
    "end_role",
    "end_second_factor",
    "enter_organisation",
    "enter_person",
    "erase_person",
    "export_file",
    "give_consent",
    "grant_role",
    "invite",
    "issue_card",
    "issue_token",
    "issue_token_by_password",
    "join",
    "keep_shared_sign_in",
    "lapse_join_requests",
    "make_owner",
    "managed",
    "note_password_reset",
    "note_sign_in",
    "owned_company",
    "pack_export",
    "propose_network_role",
    "prove_by_password",
    "prove_second_factor",
    "revoke_all",
    "revoke_card",
    "revoke_invitation",
    "revoke_token",
    "second_network_role",
    "set_new_password",
    "set_pin",
    "set_second_factor",
    "sign_out",
    "take_back_join_request",
    "usable_card",
    "use_card",
    "withdraw_consent",
]
