"""Forms of people."""

from __future__ import annotations

from lift.people.forms.belonging import AskBodyForm, AskFirmForm, GiveRoleForm, InviteForm, NewcomerForm
from lift.people.forms.company import EmployeeForm, LinkForm, ProfileForm, SizeForm, VatForm
from lift.people.forms.rights import EraseForm
from lift.people.forms.signing_in import (
    AskPasswordForm,
    CardForm,
    CodeForm,
    NewPasswordForm,
    NewPinForm,
    PasswordForm,
    PinForm,
    SignInForm,
)

__all__ = [
    "AskBodyForm",
    "AskFirmForm",
    "AskPasswordForm",
    "CardForm",
    "CodeForm",
    "EmployeeForm",
    "EraseForm",
    "GiveRoleForm",
    "InviteForm",
    "LinkForm",
    "NewPasswordForm",
    "NewPinForm",
    "NewcomerForm",
    "PasswordForm",
    "PinForm",
    "ProfileForm",
    "SignInForm",
    "SizeForm",
    "VatForm",
]
