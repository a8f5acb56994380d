"""The ledger's first schema: one text for SQLite and PostgreSQL.

`account_id` leads every key but those of the small tables that a shard copies whole, so the same schema shards by account.
Rows of acts, adjustments, redemptions, shares, credits and batches are only ever added; `tally` and `balance` are their
sums. The columns of `event` stand widest first, so that PostgreSQL pads nothing: 56 bytes and 24 of its own. Sums
leave room in their pages there, so that a changed row stays in its page and no index is touched.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {
        "big": "INTEGER", "int": "INTEGER", "small": "INTEGER", "letter": "TEXT", "bytes": "BLOB", "rows": "STRICT",
        "keyed": "STRICT, WITHOUT ROWID", "summed": "STRICT, WITHOUT ROWID", "totals": "STRICT", "day": "date('2000-01-01', {} || ' days')",
    },
    "postgresql": {
        "big": "BIGINT", "int": "INTEGER", "small": "SMALLINT", "letter": '"char"', "bytes": "BYTEA", "rows": "",
        "keyed": "", "summed": "WITH (fillfactor = 75)", "totals": "WITH (fillfactor = 75)", "day": "(DATE '2000-01-01' + {})",
    },
}  # fmt: skip

TABLES = """
CREATE TABLE catalogue (sha256 TEXT PRIMARY KEY, body TEXT NOT NULL, loaded_on {small} NOT NULL, number {int} NOT NULL UNIQUE) {rows};
CREATE TABLE terms (
  terms {small} PRIMARY KEY, programme TEXT NOT NULL, action TEXT NOT NULL, version {int} NOT NULL, method_id TEXT NOT NULL,
  cap_points {big} NOT NULL, cap_period TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (programme, action, version)) {rows};
CREATE TABLE source (source {small} PRIMARY KEY, name TEXT NOT NULL UNIQUE) {rows};
CREATE TABLE batch (
  batch {int} PRIMARY KEY, writer TEXT NOT NULL, number {int} NOT NULL, previous {bytes} NOT NULL, root {bytes} NOT NULL,
  records {int} NOT NULL, catalogue TEXT NOT NULL, link {bytes} NOT NULL, posted_on {small} NOT NULL, body {bytes} UNIQUE,
  UNIQUE (writer, number)) {rows};
CREATE TABLE event (
  account_id {big} NOT NULL, event_id {big} NOT NULL, fingerprint {big} NOT NULL, co2e_mg {big} NOT NULL,
  points {big} NOT NULL, quantity {int} NOT NULL, batch {int} NOT NULL, occurred_day {small} NOT NULL, terms {small} NOT NULL,
  source {small} NOT NULL, evidence {letter} NOT NULL, statement {letter} NOT NULL,
  PRIMARY KEY (account_id, event_id), UNIQUE (account_id, fingerprint)) {keyed};
CREATE TABLE adjustment (
  account_id {big} NOT NULL, adjustment_id {big} NOT NULL, event_id {big}, co2e_mg {big} NOT NULL, points {big} NOT NULL,
  batch {int} NOT NULL, day {small} NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL, body {bytes} NOT NULL,
  PRIMARY KEY (account_id, adjustment_id)) {keyed};
CREATE INDEX adjustment_event ON adjustment (account_id, event_id);
CREATE TABLE redemption (
  account_id {big} NOT NULL, redemption_id {big} NOT NULL, step TEXT NOT NULL, points {big} NOT NULL, day {small} NOT NULL,
  reward TEXT NOT NULL, PRIMARY KEY (account_id, redemption_id, step)) {keyed};
CREATE UNIQUE INDEX redemption_end ON redemption (account_id, redemption_id) WHERE step <> 'pending';
CREATE TABLE redemption_seal (
  account_id {big} NOT NULL, redemption_id {big} NOT NULL, step TEXT NOT NULL, batch {int} NOT NULL,
  PRIMARY KEY (account_id, redemption_id, step)) {keyed};
CREATE TABLE share (
  account_id {big} NOT NULL, share_id {big} NOT NULL, step TEXT NOT NULL, event_id {big} NOT NULL, co2e_mg {big} NOT NULL,
  batch {int} NOT NULL, day {small} NOT NULL, share_type TEXT NOT NULL, role TEXT NOT NULL, party TEXT NOT NULL, serial TEXT,
  PRIMARY KEY (account_id, share_id, step)) {keyed};
CREATE INDEX share_event ON share (account_id, event_id);
CREATE UNIQUE INDEX share_serial ON share (serial) WHERE step = 'given' AND serial IS NOT NULL;
CREATE TABLE credit (
  account_id {big} NOT NULL, share_id {big} NOT NULL, number {int} NOT NULL, batch {int} NOT NULL, day {small} NOT NULL,
  step TEXT NOT NULL, serial TEXT NOT NULL, owner TEXT NOT NULL, registry TEXT NOT NULL,
  PRIMARY KEY (account_id, share_id, number)) {keyed};
CREATE UNIQUE INDEX credit_serial ON credit (serial, number);
CREATE UNIQUE INDEX credit_once ON credit (serial, step) WHERE step <> 'sold';
CREATE TABLE tally (
  account_id {big} NOT NULL, co2e_mg {big} NOT NULL, points {big} NOT NULL, cap_points {big} NOT NULL, terms {small} NOT NULL,
  cap_from {small} NOT NULL, statement {letter} NOT NULL, PRIMARY KEY (account_id, terms, cap_from)) {summed};
CREATE TABLE balance (account_id {big} PRIMARY KEY, held {big} NOT NULL, ended {big} NOT NULL) {totals};
CREATE TABLE erased (account_id {big} PRIMARY KEY, day {small} NOT NULL) {rows};
CREATE TABLE identity (account_id {big} PRIMARY KEY, subject TEXT NOT NULL UNIQUE, opened_on {small} NOT NULL) {rows};
CREATE TABLE account_key (account_id {big} PRIMARY KEY, secret {bytes} NOT NULL) {rows};
CREATE TABLE detail (
  account_id {big} NOT NULL, event_id {big} NOT NULL, sealed {bytes} NOT NULL, PRIMARY KEY (account_id, event_id)) {keyed};
CREATE TABLE checkpoint (day {small} PRIMARY KEY, body TEXT NOT NULL) {rows}
"""

VIEWS = """
CREATE VIEW act AS
SELECT e.account_id, e.event_id, t.programme, t.action, t.version, t.method_id, e.quantity, {day:e.occurred_day} AS occurred_day,
  s.name AS source, e.evidence, e.fingerprint, e.co2e_mg,
  CASE WHEN e.statement IN ('A', 'R') THEN e.co2e_mg ELSE 0 END AS minted_mg, e.points,
  CASE e.statement WHEN 'A' THEN 'avoided' WHEN 'R' THEN 'participant_reduction' WHEN 'O' THEN 'operator_inventory'
    ELSE 'points_only' END AS book_statement, e.batch
FROM event e JOIN terms t ON t.terms = e.terms JOIN source s ON s.source = e.source;
CREATE VIEW leg AS
SELECT account_id, event_id, 'mg' AS unit, 'account' AS side, minted_mg AS amount FROM act WHERE minted_mg <> 0
UNION ALL SELECT account_id, event_id, 'mg', 'mint', -minted_mg FROM act WHERE minted_mg <> 0
UNION ALL SELECT account_id, event_id, 'points', 'account', points FROM event WHERE points <> 0
UNION ALL SELECT account_id, event_id, 'points', 'programme', -points FROM event WHERE points <> 0
UNION ALL SELECT a.account_id, a.adjustment_id, 'mg', 'account', a.co2e_mg FROM adjustment a
  JOIN event e ON e.account_id = a.account_id AND e.event_id = a.event_id WHERE e.statement IN ('A', 'R')
UNION ALL SELECT a.account_id, a.adjustment_id, 'mg', 'mint', -a.co2e_mg FROM adjustment a
  JOIN event e ON e.account_id = a.account_id AND e.event_id = a.event_id WHERE e.statement IN ('A', 'R')
UNION ALL SELECT account_id, adjustment_id, 'points', 'account', points FROM adjustment
UNION ALL SELECT account_id, adjustment_id, 'points', 'programme', -points FROM adjustment
UNION ALL SELECT account_id, redemption_id, 'points', 'account',
  CASE WHEN step = 'pending' THEN -points WHEN step = 'posted' THEN 0 ELSE points END FROM redemption
UNION ALL SELECT account_id, redemption_id, 'points', 'held',
  CASE WHEN step = 'pending' THEN points ELSE -points END FROM redemption
UNION ALL SELECT account_id, redemption_id, 'points', 'redeemed', points FROM redemption WHERE step = 'posted'
UNION ALL SELECT account_id, event_id, 'mg of shares', share_type || ':' || role || ':' || party,
  CASE WHEN step = 'given' THEN co2e_mg ELSE -co2e_mg END FROM share
UNION ALL SELECT account_id, event_id, 'mg of shares', 'mint of the act',
  CASE WHEN step = 'given' THEN -co2e_mg ELSE co2e_mg END FROM share
UNION ALL SELECT account_id, NULL, 'points', 'account', cap_points - points FROM tally WHERE points > cap_points
UNION ALL SELECT account_id, NULL, 'points', 'above the cap', points - cap_points FROM tally WHERE points > cap_points
"""


def statements(dialect: str) -> list[str]:
    """What makes the tables and views of a database, one by one."""
    types = TYPES[dialect]
    views = VIEWS.replace("{day:e.occurred_day}", types["day"].format("e.occurred_day"))
    return [each.strip() for each in (*TABLES.format(**types).split(";"), *views.split(";"))]


def upgrade() -> None:
    """Make the tables and views."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE batch_number")  # two writers take their batches' numbers without waiting
    for statement in statements(op.get_bind().dialect.name):
        op.execute(statement)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX event_batch ON event USING brin (batch) WITH (pages_per_range = 32)")


def downgrade() -> None:
    """A ledger is never taken back to nothing."""
    raise NotImplementedError("the first schema has none before it: delete the store, if that is what you mean")
