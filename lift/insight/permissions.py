"""Who looks after what. Pure."""

from __future__ import annotations

from lift.core.actor import Role

AUDIT_ROLES = (Role.AUDITOR, Role.COORDINATOR, Role.OPERATOR, Role.ACTIVITY_LEADER, Role.BUSINESS_OWNER)
"""Who may read the audit trail and look up the name behind a pseudonym (N8)."""

OPERATION_ROLES = (Role.OPERATOR,)
"""Who may see what failed, and try it again."""
