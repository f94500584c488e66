"""``flask token …`` and ``flask user …``: what the operator does as SYSTEM."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from lift.core.actor import SYSTEM, Role, Scope
from lift.core.db import db, transaction
from lift.core.errors import LiftError
from lift.people import policy, proofs, queries, services
from lift.people.models import Account, Organisation, Person
from lift.web.api import known_scopes

token_group = AppGroup("token", help="Tokens for programs.")
user_group = AppGroup("user", help="People and their accounts.")


@token_group.command("create")
@click.argument("email")
@click.option("--scope", "scopes", multiple=True, required=True, help="For example sessions:read; may be given often.")
@click.option("--organisation", "slug", help="Whom the token acts for; the first one if left out.")
@click.option("--label", default="", help="What it is for.")
@click.option("--days", default=90, type=click.IntRange(1, policy.TOKEN_LONGEST.days), show_default=True)
def create_token(email: str, scopes: tuple[str, ...], slug: str | None, label: str, days: int) -> None:
    """Make a token for EMAIL and print it, this once."""
    wanted = services.Wanted(scopes, _organisation(slug).id if slug else None, label, timedelta(days=days))
    try:
        made = services.issue_token(SYSTEM, _account(email).person_id, wanted, known_scopes())
    except LiftError as refused:
        raise click.ClickException("\n".join(str(p.text) for p in refused.problems)) from refused
    click.echo(made.token)


@token_group.command("revoke")
@click.argument("email")
def revoke_tokens(email: str) -> None:
    """End all tokens of EMAIL."""
    click.echo(f"{services.revoke_all(SYSTEM, _account(email).person_id)} ended.")


@token_group.command("scopes")
def list_scopes() -> None:
    """Print every scope."""
    for scope in sorted(known_scopes()):
        click.echo(scope)


@user_group.command("create")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--organisation", "slug", required=True)
@click.option("--language", default="en", show_default=True)
@click.password_option()
def create_user(email: str, name: str, slug: str, language: str, password: str) -> None:
    """Make a person with an account in an organisation."""
    problems = policy.password_problems(password, queries.normal_email(email))
    if problems:
        raise click.ClickException(str(problems[0].text))
    try:
        with transaction() as session:
            person = Person(name=name, language=language)
            session.add(person)
            session.flush()
            services.create_account(SYSTEM, person, email, password)
            services.join(SYSTEM, person.id, _organisation(slug).id)
    except LiftError as refused:
        raise click.ClickException("\n".join(str(p.text) for p in refused.problems)) from refused
    click.echo(f"{name} belongs to {slug}.")


@user_group.command("grant")
@click.argument("email")
@click.argument("role", type=click.Choice([r.value for r in Role]))
@click.argument("scope", type=click.Choice([s.value for s in Scope]))
@click.option("--of", "scope_id", type=click.UUID, help="Id of the lab, company, group …; none for the network.")
@click.option("--organisation", "slug", required=True, help="The role counts while acting for this one.")
@click.option("--reason", required=True, help="Goes into the audit: who decided, when.")
def grant(email: str, role: str, scope: str, scope_id: UUID | None, slug: str, reason: str) -> None:
    """Enter a role that was decided, for example by two coordinators."""
    person_id, body = _account(email).person_id, _organisation(slug).id
    try:
        services.grant_role(SYSTEM, person_id, body, Role(role), Scope(scope), scope_id, reason=reason)
    except LiftError as refused:
        raise click.ClickException("\n".join(str(p.text) for p in refused.problems)) from refused
    click.echo("Given.")


@user_group.command("set-password")
@click.argument("email")
@click.password_option()
def set_password(email: str, password: str) -> None:
    """Give EMAIL a new password; all sign-ins of theirs end."""
    account = _account(email)
    problems = policy.password_problems(password, account.email or "")
    if problems:
        raise click.ClickException(str(problems[0].text))
    services.set_new_password(proofs.reset_token(account), password)
    click.echo("Set.")


@user_group.command("end-second-factor")
@click.argument("email")
def end_second_factor(email: str) -> None:
    """For somebody who lost the phone, after you made sure who asks."""
    services.end_second_factor(SYSTEM, _account(email).person_id)
    click.echo("Off.")


@user_group.command("erase")
@click.argument("email")
@click.confirmation_option(prompt="Name, account and what else is personal are removed for ever. Go on?")
def erase(email: str) -> None:
    """Erase a person; counts and aid records keep a pseudonym."""
    report = services.erase_person(SYSTEM, _account(email).person_id)
    for feature, things in sorted(report.counts.items()):
        for thing, (held, kept) in sorted(things.items()):
            if held:
                click.echo(f"{feature}.{thing}: {held} held, {kept} kept without a name")
    click.echo("Erased.")


def _account(email: str) -> Account:
    account = queries.account_by_email(email)
    if account is None:
        raise click.ClickException(f"No account has the address {email}.")
    return account


def _organisation(slug: str) -> Organisation:
    row = db.session.scalar(sa.select(Organisation).where(Organisation.slug == slug))
    if row is None:
        raise click.ClickException(f"No organisation has the slug {slug}.")
    return row
