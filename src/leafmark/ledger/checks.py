"""What must hold between the rows of a ledger: each check one query that finds rows for which it does not.

Each was written from docs/proof.md and decision 3, not from the code that posts. A check's query gives batch, account, id,
what was found and what was expected; `BAD` is scanned once and keeps the few events that any check of an event is about.
"""

from __future__ import annotations

from dataclasses import dataclass

from leafmark.ledger.rates import NEEDED as RATED

DAYS_OF_GRACE = 1
"""An act is judged on the day it comes and posted when its batch commits: midnight may lie between."""

BAD = f"""
CREATE OR REPLACE TABLE bad AS SELECT * FROM judged WHERE NOT coalesce(
  batch_known AND source_known AND occurred_day >= valid_from AND occurred_day < valid_to AND points = expected_points
  AND statement = reported AND evidence IN ('A', 'B', 'C', 'D') AND evidence <= evidence_minimum
  AND quantity BETWEEN 0 AND quantity_max AND co2e_mg BETWEEN -co2e_mg_max AND co2e_mg_max
  AND (statement <> 'P' OR co2e_mg = 0) AND occurred_day <= posted_on + 1 + {DAYS_OF_GRACE}
  AND occurred_day >= posted_on - acceptance_days - {DAYS_OF_GRACE}, false)
"""

WORTH = """
CREATE OR REPLACE TABLE amended AS
SELECT a.account_id, a.event_id, max(a.batch) AS batch, any_value(e.event_id) IS NOT NULL AS known,
  count(*) FILTER (a.kind IN ('reversal', 'fraud')) AS taken, any_value(e.co2e_mg) + sum(a.co2e_mg) AS co2e_mg,
  any_value(e.points) + sum(a.points) AS points, any_value(e.terms) AS terms, any_value(e.statement) AS statement
FROM adjustment a LEFT JOIN event e ON e.account_id = a.account_id AND e.event_id = a.event_id
WHERE a.event_id IS NOT NULL GROUP BY a.account_id, a.event_id;
CREATE OR REPLACE TABLE limits AS
SELECT terms, max(co2e_mg_max) AS co2e_mg_max FROM action GROUP BY terms
"""
"""What is left of each amended event."""


@dataclass(frozen=True)
class Check:
    """`about`: the table whose rows are at fault; `needs`: tables without which it cannot be asked."""

    about: str
    needs: tuple[str, ...]
    sql: str


def _bad(where: str, found: str, expected: str) -> Check:
    sql = f"SELECT batch, account_id, event_id, {found}, {expected} FROM bad WHERE {where}"
    return Check("event", (*RATED, "source"), sql)


def _twice(table: str, *key: str, where: str = "true", why: str = "") -> Check:
    """Rows of which a key has more than one."""
    columns = ", ".join(key)
    sql = (
        f"SELECT max({'batch' if table in ('event', 'share', 'adjustment', 'credit') else 'NULL'}), max(account_id), max({key[-1]}), "
        f"count(*) || ' rows of one {key[-1]}{why}', 'one' FROM {table} WHERE {where} GROUP BY {columns} HAVING count(*) > 1"
    )
    return Check(table, (table,), sql)


EVENTS = (
    _bad("batch_known AND earns IS NULL", "'terms ' || terms || ' of day ' || occurred_day",
         "'terms of the catalogue of its batch'"),
    _bad("occurred_day < valid_from OR occurred_day >= valid_to", "'day ' || occurred_day || ' of terms ' || terms",
         "'a day from ' || valid_from || ' to before ' || valid_to"),
    _bad("points <> expected_points", "points || ' points'", "expected_points || ', by its terms and campaign'"),
    _bad("statement <> reported", "'statement ' || statement", "reported || ', by its terms and the own boundaries'"),
    _bad("evidence NOT IN ('A', 'B', 'C', 'D') OR evidence > evidence_minimum", "'evidence ' || evidence",
         "evidence_minimum || ' or better'"),
    _bad("quantity NOT BETWEEN 0 AND quantity_max", "'quantity ' || quantity", "'0 to ' || quantity_max"),
    _bad("co2e_mg NOT BETWEEN -co2e_mg_max AND co2e_mg_max", "co2e_mg || ' mg'", "'at most ' || co2e_mg_max || ' either way'"),
    _bad("statement = 'P' AND co2e_mg <> 0", "co2e_mg || ' mg'", "'0: it earns points only'"),
    _bad(f"occurred_day > posted_on + 1 + {DAYS_OF_GRACE} OR occurred_day < posted_on - acceptance_days - {DAYS_OF_GRACE}",
         "'day ' || occurred_day || ' in a batch of day ' || posted_on", "'at most ' || acceptance_days || ' days before it'"),
    _bad("NOT source_known", "'source ' || source", "'a row of table source'"),
    _twice("event", "account_id", "event_id"),
    _twice("event", "account_id", "fingerprint", why=": the same act twice"),
    Check("event", ("event", "batch", "erased"), """
SELECT e.batch, e.account_id, e.event_id, 'posted on day ' || b.posted_on, 'none after its account was erased on day ' || x.day
FROM erased x JOIN event e ON e.account_id = x.account_id JOIN batch b ON b.batch = e.batch WHERE b.posted_on > x.day"""),
)  # fmt: skip

ADJUSTMENTS = (
    Check("adjustment", ("adjustment",), """
SELECT batch, account_id, adjustment_id, 'kind ' || kind || CASE WHEN event_id IS NULL THEN ' of no event' ELSE ' of an event' END,
  'reversal, fraud or correction of an event; expiry or erasure of none' FROM adjustment
WHERE NOT coalesce(CASE WHEN event_id IS NULL THEN kind IN ('expiry', 'erasure') ELSE kind IN ('reversal', 'fraud', 'correction') END, false)"""),
    Check("adjustment", ("adjustment",), """
SELECT batch, account_id, adjustment_id, octet_length(body) || ' bytes of its command''s hash', '32' FROM adjustment
WHERE octet_length(body) <> 32"""),
    Check("adjustment", ("adjustment",), """
SELECT batch, account_id, adjustment_id, co2e_mg || ' mg and ' || points || ' points ended',
  'no grams, and points that go away, or come back with the amendment of an act whose points had ended' FROM adjustment
WHERE kind IN ('expiry', 'erasure') AND (co2e_mg <> 0 OR (kind = 'expiry' AND (points = 0 OR (points > 0 AND (account_id, body)
  NOT IN (SELECT account_id, body FROM adjustment WHERE event_id IS NOT NULL)))))"""),
    _twice("adjustment", "account_id", "adjustment_id"),
    Check("adjustment", ("adjustment", "event"), """
SELECT batch, account_id, event_id, 'amends event ' || event_id, 'an event of the account' FROM amended WHERE NOT known"""),
    Check("adjustment", ("adjustment", "event"), """
SELECT batch, account_id, event_id, 'event ' || event_id || ' taken back ' || taken || ' times', 'once' FROM amended
WHERE taken > 1"""),
    Check("adjustment", ("adjustment", "event"), """
SELECT batch, account_id, event_id, 'event ' || event_id || ' taken back is still worth ' || co2e_mg || ' mg and ' || points ||
  ' points', '0 and 0' FROM amended WHERE known AND taken > 0 AND (co2e_mg <> 0 OR points <> 0)"""),
    Check("adjustment", ("adjustment", "event", *RATED), """
SELECT batch, account_id, event_id, 'event ' || event_id || ' corrected is worth ' || co2e_mg || ' mg and ' || points || ' points',
  'at most ' || co2e_mg_max || ' mg either way, and no points below 0' FROM amended JOIN limits USING (terms)
WHERE known AND taken = 0 AND (co2e_mg NOT BETWEEN -co2e_mg_max AND co2e_mg_max OR points < 0)"""),
    Check("erased", ("adjustment", "erased"), """
SELECT a.batch, account_id, NULL, coalesce('erased on day ' || x.day, 'no row in erased'),
  coalesce('day ' || a.day || ', of its one erasure', 'an erasure among its adjustments')
FROM erased x FULL JOIN (SELECT account_id, max(day) AS day, max(batch) AS batch, count(*) AS times FROM adjustment
  WHERE kind = 'erasure' GROUP BY account_id) a USING (account_id)
WHERE x.day IS DISTINCT FROM a.day OR a.times <> 1"""),
)  # fmt: skip

STEPS = """
SELECT account_id, redemption_id, count(*) FILTER (step = 'pending') AS begun,
  count(*) FILTER (step IN ('posted', 'void', 'expired')) AS ended, count(*) AS steps, min(points) AS least, max(points) AS most,
  count(DISTINCT reward) AS rewards FROM redemption GROUP BY account_id, redemption_id"""

REDEMPTIONS = (
    Check("redemption", ("redemption",), f"""
SELECT NULL, account_id, redemption_id, begun || ' pending, ' || ended || ' at an end, ' || steps || ' in all',
  'one pending, then at most one of posted, void and expired' FROM ({STEPS}) WHERE begun <> 1 OR ended > 1 OR steps > begun + ended"""),
    Check("redemption", ("redemption",), f"""
SELECT NULL, account_id, redemption_id, 'from ' || least || ' to ' || most || ' points, ' || rewards || ' rewards',
  'the same points, above 0, and reward in every step' FROM ({STEPS}) WHERE least <> most OR least <= 0 OR rewards > 1"""),
    Check("redemption_seal", ("redemption", "redemption_seal"), """
SELECT s.batch, s.account_id, s.redemption_id, 'step ' || s.step || ' is sealed', 'a step of table redemption, once'
FROM redemption_seal s LEFT JOIN redemption r USING (account_id, redemption_id, step)
GROUP BY ALL HAVING count(r.points) <> 1"""),
    Check("balance", ("redemption", "adjustment", "event", "terms"), """
SELECT NULL, account_id, NULL, 'redeemed and ended ' || (n.held + n.ended) || ' points', 'at most ' || counted ||
  ', which its acts counted: nothing of it was taken back' FROM balance_now n JOIN (
    SELECT account_id, sum(least(points, cap_points)) AS counted FROM tally_now GROUP BY account_id) USING (account_id)
WHERE n.held + n.ended > counted AND account_id NOT IN (SELECT account_id FROM adjustment WHERE event_id IS NOT NULL)"""),
)  # fmt: skip

STANDING = """
SELECT account_id, event_id, share_id, share_type, max(batch) AS batch, any_value(co2e_mg) FILTER (step = 'given') AS co2e_mg,
  count(*) FILTER (step = 'given') AS given, count(*) FILTER (step = 'taken') AS taken, count(*) AS steps
FROM share GROUP BY account_id, event_id, share_id, share_type, role, party, serial, abs(co2e_mg)"""

SHARES = (
    Check("share", ("share",), f"""
SELECT batch, account_id, share_id, given || ' given, ' || taken || ' taken, ' || steps || ' in all',
  'one given, then at most one taken of the same event, party, type and mg' FROM ({STANDING})
WHERE given <> 1 OR taken > 1 OR steps > given + taken"""),
    Check("share", ("share",), """
SELECT batch, account_id, share_id, share_type || ' share of ' || co2e_mg || ' mg for a ' || role || ', serial ' ||
  coalesce(serial, 'none'), 'above 0 mg, of a known role and type, with a serial if it is a credit' FROM share
WHERE co2e_mg <= 0 OR role NOT IN ('consumer', 'merchant', 'brand', 'platform', 'city')
  OR share_type NOT IN ('impact', 'credit') OR (share_type = 'credit' AND coalesce(serial, '') = '')"""),
    _twice("share", "account_id", "share_id", where="step = 'given'"),
    Check("share", ("share",), """
SELECT max(batch), max(account_id), max(share_id), 'serial ' || serial || ' on ' || count(*) || ' shares', 'one' FROM share
WHERE step = 'given' AND serial IS NOT NULL GROUP BY serial HAVING count(*) > 1"""),
    Check("share", ("share", "event", "adjustment"), f"""
SELECT max(s.batch), s.account_id, s.event_id, 'shares of type ' || s.share_type || ' of event ' || s.event_id || ' hold ' ||
  sum(s.co2e_mg) || ' mg', 'at most ' || max(w.minted) || ', which it minted'
FROM ({STANDING}) s JOIN (
  SELECT k.account_id, k.event_id, CASE WHEN e.statement IN ('A', 'R') THEN greatest(0, coalesce(a.co2e_mg, e.co2e_mg)) ELSE 0 END
    AS minted FROM (SELECT DISTINCT account_id, event_id FROM share) k LEFT JOIN event e USING (account_id, event_id)
  LEFT JOIN amended a USING (account_id, event_id)) w USING (account_id, event_id)
WHERE s.given > s.taken GROUP BY s.account_id, s.event_id, s.share_type HAVING sum(s.co2e_mg) > max(w.minted)"""),
    Check("share", ("share", "event"), """
SELECT s.batch, s.account_id, s.share_id, 'a share of event ' || s.event_id, 'an event of the account'
FROM share s LEFT JOIN event e USING (account_id, event_id) WHERE e.batch IS NULL"""),
)  # fmt: skip

CREDITS = (
    Check("credit", ("credit", "share"), """
SELECT c.batch, c.account_id, c.share_id, 'serial ' || c.serial || ', ' || c.step, 'a credit share that was given with that serial'
FROM credit c LEFT JOIN share s ON s.account_id = c.account_id AND s.share_id = c.share_id AND s.step = 'given'
  AND s.share_type = 'credit' AND s.serial = c.serial WHERE s.batch IS NULL"""),
    Check("credit", ("credit", "share"), """
SELECT l.batch, l.account_id, l.share_id, 'serial ' || l.serial || ': ' || l.step || ' as number ' || l.number || ', owner ' ||
  l.owner || ', registry ' || l.registry || ', after ' || coalesce(l.before, 'nothing') || ', owner ' || coalesce(l.had, s.party, ''),
  'numbers from 1; issued or cancelled first; nothing after retired or cancelled; an owner changes by a sale alone'
FROM (SELECT *, lag(step) OVER life AS before, lag(owner) OVER life AS had, lag(registry) OVER life AS listed,
    row_number() OVER life AS nth FROM credit WINDOW life AS (PARTITION BY account_id, share_id ORDER BY number)) l
LEFT JOIN share s ON s.account_id = l.account_id AND s.share_id = l.share_id AND s.step = 'given'
WHERE l.number <> l.nth OR l.step NOT IN ('issued', 'sold', 'retired', 'exported', 'cancelled')
  OR (l.before IS NULL AND l.step NOT IN ('issued', 'cancelled')) OR (l.before IS NOT NULL AND l.step = 'issued')
  OR l.before IN ('retired', 'cancelled') OR (l.step <> 'sold' AND l.owner <> coalesce(l.had, s.party, ''))
  OR l.registry <> coalesce(l.listed, l.registry)"""),
    Check("credit", ("credit",), """
SELECT max(batch), max(account_id), max(share_id), 'serial ' || serial || ' ' || step || ' ' || count(*) || ' times', 'once'
FROM credit WHERE step <> 'sold' GROUP BY serial, step HAVING count(*) > 1"""),
    Check("credit", ("credit", "share"), """
SELECT s.batch, account_id, share_id, 'a credit share, ' || CASE WHEN taken THEN 'taken back and not cancelled' ELSE
  'cancelled and not taken back' END, 'both or neither'
FROM (SELECT account_id, share_id, max(batch) AS batch, bool_or(step = 'taken') AS taken FROM share WHERE share_type = 'credit'
  GROUP BY account_id, share_id) s
LEFT JOIN (SELECT account_id, share_id, bool_or(step = 'cancelled') AS cancelled FROM credit GROUP BY account_id, share_id) c
  USING (account_id, share_id) WHERE s.taken <> coalesce(c.cancelled, false)"""),
)  # fmt: skip

LEGS = ("event", "adjustment", "redemption", "share", "tally", "terms", "source")
"""An act's own legs stand beside their opposites in the view itself: those are summed over all."""

SUMS = (
    Check("tally", ("tally", "event", "adjustment", "terms"), """
SELECT NULL, account_id, NULL, 'terms ' || terms || ' from day ' || cap_from || ': ' || CASE WHEN t.points IS NULL THEN 'no tally'
  ELSE t.co2e_mg || ' mg, ' || t.points || ' points, cap ' || t.cap_points || ', statement ' || t.statement END,
  CASE WHEN n.points IS NULL THEN 'no tally: no event stands for it' ELSE n.co2e_mg || ' mg, ' || n.points || ' points, cap ' ||
    n.cap_points || ', statement ' || n.statement || ', as the rows sum up; `rebuild` writes that' END
FROM tally t FULL JOIN tally_now n USING (account_id, terms, cap_from)
WHERE t.co2e_mg IS DISTINCT FROM n.co2e_mg OR t.points IS DISTINCT FROM n.points OR t.cap_points IS DISTINCT FROM n.cap_points
  OR t.statement IS DISTINCT FROM n.statement"""),
    Check("tally", ("event", "adjustment", "terms"), """
SELECT NULL, account_id, NULL, 'terms ' || terms || ' from day ' || cap_from || ' hold acts of statements ' || statement || ' and ' ||
  other_statement, 'one statement: a year is in the operator''s inventory or it is not' FROM tally_now WHERE statement <> other_statement"""),
    Check("balance", ("balance", "redemption", "adjustment"), """
SELECT NULL, account_id, NULL, coalesce(b.held, 0) || ' held, ' || coalesce(b.ended, 0) || ' ended', coalesce(n.held, 0) ||
  ' held, ' || coalesce(n.ended, 0) || ' ended, as the rows sum up; `rebuild` writes that'
FROM balance b FULL JOIN balance_now n USING (account_id)
WHERE coalesce(b.held, 0) <> coalesce(n.held, 0) OR coalesce(b.ended, 0) <> coalesce(n.ended, 0)"""),
    _twice("tally", "account_id", "terms", "cap_from"),
    _twice("balance", "account_id"),
    Check("leg", LEGS, """
SELECT NULL, NULL, NULL, 'all legs in ' || unit || ' sum to ' || sum(amount), '0' FROM leg GROUP BY unit
HAVING sum(amount) <> 0"""),
    Check("leg", LEGS, """
SELECT NULL, account_id, event_id, 'legs in ' || unit || ' sum to ' || sum(amount), '0' FROM leg
WHERE (account_id, event_id) IN (SELECT account_id, adjustment_id FROM adjustment UNION SELECT account_id, redemption_id FROM redemption
  UNION SELECT account_id, event_id FROM share)
GROUP BY account_id, event_id, unit HAVING sum(amount) <> 0"""),
)  # fmt: skip

TERMS = (
    Check("terms", ("terms",), """
SELECT NULL, NULL, terms, 'terms ' || terms || ', ' || programme || '/' || action || ' version ' || version,
  'a number from 1 to ' || (SELECT count(*) FROM terms) FROM terms WHERE terms NOT BETWEEN 1 AND (SELECT count(*) FROM terms)"""),
)  # fmt: skip
"""Terms that no row names yet are numbered all the same: the next act of theirs would name them."""

BATCHES = (
    Check("batch", ("batch", "catalogue"), """
SELECT batch, NULL, NULL, 'judged by catalogue ' || catalogue, 'one of table catalogue'
FROM batch WHERE catalogue NOT IN (SELECT sha256 FROM catalogue)"""),
)  # fmt: skip
"""Its hash alone does not say it: the link holds the number, which capitals write as well."""

CHECKS = (*TERMS, *BATCHES, *EVENTS, *ADJUSTMENTS, *REDEMPTIONS, *SHARES, *CREDITS, *SUMS)

ORPHANS = tuple(
    Check(table, (table, "batch"), f"""
SELECT batch, max(account_id), NULL, count(*) || ' rows name batch ' || batch, 'a row of table batch' FROM {table} r
WHERE batch NOT IN (SELECT batch FROM batch) GROUP BY batch""")
    for table in ("event", "adjustment", "share", "credit", "redemption_seal")
)  # fmt: skip
