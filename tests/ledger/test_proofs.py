"""Proofs of real stores, checked by a stranger's script against a published file; checkpoints that never change."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from books import ANN, BOB, behind, fill, rides
from terms import CHANNEL, TODAY, an_act

from leafmark.ledger import Redeem, StoreError, id_of
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.proofs import checkpoint, rows_of_batch, seal_redemptions
from leafmark.ledger.verify import verify

CHECKER = Path(__file__).parents[2] / "docs" / "check_proof.py"
TOMORROW = TODAY + dt.timedelta(1)


def checked(file: Path, link: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, CHECKER, file, link], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_proof_is_checked_against_the_published_file(
    opened: Callable[..., Ledger], ledger: Ledger, tmp_path: Path
) -> None:
    fill(opened)
    seal_redemptions(ledger)
    lone = opened("lone")
    lone.ingest(rides(id_of("carl"), 33))  # the only batch of its writer, so the checkpoint names its very link
    lone.checkpoint(TODAY, tmp_path)
    published = json.loads((tmp_path / f"checkpoint-{TODAY}.json").read_text())
    heads = {head["writer"]: head["hash"] for head in published["heads"]}
    assert sorted(heads) == ["late", "lone", "main", "other"]
    proof = lone.prove(id_of("carl"), id_of("ride 17"))
    assert proof["record"].startswith(f"event\t{id_of('carl')}\t{id_of('ride 17')}\t")
    assert len(proof["path"]) in (5, 6)
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof))
    assert checked(file, heads["lone"]) == (0, "the record is in the batch\n")
    assert checked(file, heads["main"])[0] == 1
    file.write_text(json.dumps(proof).replace("15000", "15001", 1))
    assert checked(file, heads["lone"]) == (1, "NOT PROVED\n")


def test_a_batch_with_rows_of_every_kind_is_proved(
    opened: Callable[..., Ledger], ledger: Ledger, tmp_path: Path
) -> None:
    """Put an act's batch together with rows of the other kinds, sealed as one."""
    fill(opened)
    for owner, event in ((ANN, "ride 0"), (BOB, "ride 19"), (ANN, "receipt 6")):
        proof = ledger.prove(owner, id_of(event))
        file = tmp_path / "proof.json"
        file.write_text(json.dumps(proof))
        assert checked(file, proof["batch"]["hash"])[0] == 0
    for batch, records in ledger.store.rows("SELECT batch, records FROM batch"):
        assert len(rows_of_batch(ledger, batch)) == records


def test_what_cannot_be_proved(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    fill(opened)
    with pytest.raises(StoreError, match="holds no event 5: expected an id"):
        ledger.prove(ANN, 5)
    behind(ledger, f"UPDATE event SET co2e_mg = 1 WHERE account_id = {ANN} AND event_id = {id_of('ride 0')}")
    with pytest.raises(StoreError, match=r"batch 1 of writer main does not make its root any more: run `verify`"):
        ledger.prove(ANN, id_of("ride 2"))


def test_a_checkpoint_of_a_day_stands(opened: Callable[..., Ledger], ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="without batches"):
        ledger.checkpoint(TODAY)
    ledger.ingest(rides(ANN, 3))
    first = ledger.checkpoint(TODAY, tmp_path)
    file = tmp_path / f"checkpoint-{TODAY}.json"
    published = file.read_bytes()
    assert json.loads(published) == first
    ledger.ingest(rides(BOB, 3))
    assert ledger.checkpoint(TODAY, tmp_path) == first
    assert opened("other").checkpoint(TODAY) == first
    assert file.read_bytes() == published
    with pytest.raises(StoreError, match="that day has not come"):
        ledger.checkpoint(TOMORROW)
    tomorrow = opened("main", lambda: TOMORROW).checkpoint(TOMORROW)
    assert tomorrow["heads"][0]["batch"] == 2
    with pytest.raises(StoreError, match=f"expected a day after {TOMORROW}"):
        ledger.checkpoint(TODAY - dt.timedelta(1))
    file.write_text("{}\n")
    with pytest.raises(StoreError, match="a published file never changes"):
        ledger.checkpoint(TODAY, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_redemptions_are_sealed_once_by_many(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    ledger.ingest([an_act("order", CHANNEL, quantity=100)])
    for n in range(30):
        ledger.post(Redeem(ANN, id_of(f"mug {n}"), 2, "mug"))
    in_one_database = "postgresql" in ledger.store.address
    seen = verify(ledger)
    assert seen.ok
    assert seen.notes == (
        ["30 steps of redemptions are in no batch yet; the next checkpoint seals them"] if in_one_database else []
    )
    with ThreadPoolExecutor(3) as pool:
        sealed = sum(pool.map(lambda writer: seal_redemptions(opened(writer)), ("main 2", "main 3", "main 4")))
    assert sealed == (30 if in_one_database else 0)
    assert seal_redemptions(ledger) == 0
    assert ledger.store.rows("SELECT count(*) FROM redemption_seal") == [(30,)]
    seen = verify(ledger)
    assert (seen.findings, seen.notes) == ([], [])


def test_a_checkpoint_seals_redemptions_first(ledger: Ledger) -> None:
    ledger.ingest([an_act("order", CHANNEL, quantity=100)])
    ledger.post(Redeem(ANN, id_of("mug"), 2, "mug"))
    assert checkpoint(ledger, TODAY)["heads"][0]["batch"] == 2
    assert verify(ledger).notes == []
