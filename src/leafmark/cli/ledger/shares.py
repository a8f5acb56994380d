"""`leafmark ledger share | shares | credit`: who may show an act's grams, and who owns its credits."""

from __future__ import annotations

from typing import Any, get_args

import click

from leafmark.cli.endings import UnusableError
from leafmark.cli.ledger.store import Id, IdCommand, Name, account, on_store, opened, tell
from leafmark.cli.ledger.words import row_content, weight
from leafmark.cli.output import emit, table

ROLES = ("consumer", "merchant", "brand", "platform", "city")
STEPS = ("issued", "sold", "exported", "retired", "cancelled")


@click.command(cls=IdCommand, short_help="Give a party its part of an act's grams.")
@click.argument("account_name", metavar="ACCOUNT")
@click.argument("event_id", metavar="EVENT", type=Id())
@click.argument("party", type=Name())
@click.option("--mg", "co2e_mg", type=int, required=True, metavar="MG", help="Milligrams CO2e of the act's mint.")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the party is.")
@click.option(
    "--serial", type=Name(), metavar="SERIAL", help="Makes it a credit, with one owner, by its registry's serial."
)
@click.option(
    "--id",
    "share_id",
    type=Id(),
    metavar="ID",
    help="Your id of the share.  [default: made of EVENT, PARTY and SERIAL]",
)
@on_store
def share(
    account_name: str, event_id: int, party: str, co2e_mg: int, role: Any, serial: str | None, share_id: int | None,
    store: str, writer: str, as_json: bool,
) -> None:  # fmt: skip
    """Give PARTY a share of what EVENT of ACCOUNT minted. Without --serial it is an impact share, which several may show.

    \b
    Examples:
      leafmark ledger share ann ride-1 Springfield --role city --mg 9000 --serial REG-1 --store shop.db
      leafmark ledger share ann ride-1 Shop --role merchant --mg 15000 --store shop.db
    """
    from leafmark.ledger.rows import Share, id_of

    made = id_of(f"share of {event_id} for {party}, {serial or 'impact'}") if share_id is None else share_id
    with opened(store, writer) as ledger:
        given = Share(
            account(ledger, account_name),
            made,
            event_id,
            party,
            role,
            "credit" if serial else "impact",
            co2e_mg,
            serial,
        )
        outcome = ledger.share(given)
    kind = f"credit {serial}, one owner" if serial else "impact: shared, not additive"
    tell(outcome, as_json, lambda: f"{weight(co2e_mg)} for {party} ({kind})")


@click.command(cls=IdCommand, short_help="The impact shares of an act: shared, not additive.")
@click.argument("account_name", metavar="ACCOUNT")
@click.argument("event_id", metavar="EVENT", type=Id())
@on_store
def shares(account_name: str, event_id: int, store: str, writer: str, as_json: bool) -> None:
    """Show who may show which part of EVENT's minted grams. Several parties show one effect, so nothing is added up.

    \b
    Example:
      leafmark ledger shares ann ride-1 --store shop.db
    """
    from leafmark.ledger.credits import NOT_ADDITIVE, impact_shares

    with opened(store, writer) as ledger:
        found = impact_shares(ledger, account(ledger, account_name), event_id)
    if found is None:
        raise UnusableError(f"account {account_name} holds no event {event_id}; leafmark ledger history shows its ids")
    content = {
        "schema": "leafmark.ledger.impact_shares/1", "account_id": str(found.account_id), "event_id": str(found.event_id),
        "minted_mg": found.minted_mg, "note": NOT_ADDITIVE,
        "shares": [{"party": each.party, "role": each.role, "co2e_mg": each.co2e_mg} for each in found.shares],
    }  # fmt: skip
    rows = [(each.party, each.role, weight(each.co2e_mg)) for each in found.shares]
    emit(content, as_json, lambda: "\n".join(
        [f"event {event_id}: {weight(found.minted_mg)} CO2e minted; {NOT_ADDITIVE}", table(rows, right=(2,))]).strip())  # fmt: skip


@click.command(short_help="A credit's life, or its next step.")
@click.argument("serial", type=Name())
@click.argument("step", required=False, type=click.Choice(STEPS))
@click.option("--registry", type=Name(), help="The registry.  [default: the one that issued it]")
@click.option("--holder", type=Name(), help="Who owns it now, and asks.")
@click.option("--buyer", type=Name(), help="Who owns it after `sold`.")
@click.option("--number", type=click.IntRange(1), metavar="N", help="Which step of its life this is, so that one sent twice is one.  "
              "[default: the next]")  # fmt: skip
@on_store
def credit(
    serial: str, step: Any, registry: str | None, holder: str | None, buyer: str | None, number: int | None, store: str,
    writer: str, as_json: bool,
) -> None:  # fmt: skip
    """Take the credit SERIAL one STEP further, or show its life so far.

    One owner at a time; `retired` and `cancelled` are final; `exported` happens once. `cancelled` takes the share back, so
    that its act can be taken back too.

    \b
    Examples:
      leafmark ledger credit REG-1 issued --registry Verra --holder Springfield --store shop.db
      leafmark ledger credit REG-1 --store shop.db
    """
    from leafmark.ledger.credits import credit_life
    from leafmark.ledger.rows import CreditStep, MoveCredit

    assert get_args(CreditStep) == STEPS
    with opened(store, writer) as ledger:
        life = credit_life(ledger, serial)
        if step is not None:
            registry = registry or (life[-1].registry if life else None)
            if holder is None or registry is None or (step == "sold") != (buyer is not None):
                raise click.UsageError(
                    f"{step}: give --holder, --registry for the first step, and --buyer for `sold` alone"
                )
            command = MoveCredit(serial, number or len(life) + 1, step, registry, holder, buyer)
            outcome = ledger.move_credit(command)
            tell(outcome, as_json, lambda: f"credit {serial} {step}; its owner is {buyer or holder}")
            return
    if not life:
        raise UnusableError(f"no step of a credit {serial}; leafmark ledger share gives a credit share its serial")
    rows = [("step", "day", "", "owner", "registry")]
    rows += [(str(row.number), str(row.day), row.step, row.owner, row.registry) for row in life]
    content = {"schema": "leafmark.ledger.credit/1", "serial": serial, "steps": [row_content(row) for row in life]}
    emit(content, as_json, lambda: table(rows, right=(0,)))
