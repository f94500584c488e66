"""People, sign-in, organisations, companies, memberships, role grants, consents, API tokens.

Owns who somebody is and for whom they act. Verbs: register, sign in by address or by card, grant and end roles,
join and leave organisations, give and withdraw consent, export and erase.
"""
