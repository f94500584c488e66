"""The parts of asyncua LIFT uses, untyped: its annotations re-declare str and int, so they cannot be checked."""

from __future__ import annotations

from typing import Any

import asyncua
import asyncua.client.client
import asyncua.common.callback
import asyncua.common.utils
import asyncua.crypto.permission_rules
import asyncua.crypto.validator
import asyncua.server.server

ua: Any = asyncua.ua
Client: Any = asyncua.client.client.Client
Server: Any = asyncua.server.server.Server
CallbackType: Any = asyncua.common.callback.CallbackType
User: Any = asyncua.crypto.permission_rules.User
UserRole: Any = asyncua.crypto.permission_rules.UserRole
CertificateValidator: Any = asyncua.crypto.validator.CertificateValidator
CertificateValidatorOptions: Any = asyncua.crypto.validator.CertificateValidatorOptions
ServiceError: Any = asyncua.common.utils.ServiceError
