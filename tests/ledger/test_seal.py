"""Sealed batches: bytes that any language can make, chains that break at any edit, proofs a stranger can check."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from terms import ANN, CATALOGUE, TODAY, an_act

from leafmark.ledger import Account, Amend, ExpirePoints, Redeem, Share, decide, id_of
from leafmark.ledger.record import order, record
from leafmark.ledger.rows import Accepted, Row
from leafmark.ledger.seal import Link, breaks, checkpoint, leaves_of, proof, seal

CHECKER = Path(__file__).parents[2] / "docs" / "check_proof.py"
DAY = dt.date(2026, 11, 20)


def some_rows() -> list[Row]:
    """A row of every kind."""
    account, rows = Account(), []
    commands = (
        (an_act("one"), TODAY), (an_act("two"), TODAY), (Redeem(ANN, id_of("mug"), 9, "mug"), TODAY),
        (Share(ANN, id_of("s"), id_of("one"), "Springfield", "city", "impact", 10), TODAY),
        (Amend(ANN, id_of("back"), "reversal", id_of("two"), "paid back"), TODAY),
        (ExpirePoints(ANN, id_of("end"), DAY), dt.date(2027, 12, 1)),
    )  # fmt: skip
    for command, today in commands:
        if isinstance(command, ExpirePoints):
            account.add(decided(account, an_act("three"), TODAY)[0])
        for row in decided(account, command, today):
            account.add(row)
            rows.append(row)
    return rows


def decided(account, command, today):
    outcome = decide(account, command, CATALOGUE, today)
    assert isinstance(outcome, Accepted), outcome
    return outcome.rows


def checker():
    spec = importlib.util.spec_from_file_location("check_proof", CHECKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_events_bytes_are_those_of_the_specification() -> None:
    """Written out by hand from docs/proof.md."""
    row = decided(Account(), an_act("one"), TODAY)[0]

    def id_by_hand(text: str) -> int:
        number = int(hashlib.sha256(text.encode()).hexdigest()[:16], 16)
        return number - 2**64 if number >= 2**63 else number

    ann = id_by_hand("ann")
    mark = id_by_hand("\x1f".join((str(ann), "metro", "one", "2026-11-03")))
    assert record(row) == (
        f"event\t{ann}\t{id_by_hand('one')}\t{mark}\t1\t15000\t7\t2026-11-03\tcity\tmetro\t1\ttrip.public_transport@1\tavoided\tgate\tA"
    )


def test_rows_that_differ_anywhere_have_other_bytes() -> None:
    rows = some_rows()
    every = {record(row) for row in rows}
    assert len(every) == len(rows)
    first = rows[0]
    changed = [
        replace(first, act=replace(first.act, co2e_mg=1)), replace(first, points=0),
        replace(first, act=replace(first.act, source="gat")),
        replace(first, act=replace(first.act, programme="cit", action="ymetro")),  # texts do not run into each other
    ]  # fmt: skip
    assert len(every | {record(row) for row in changed}) == len(every) + len(changed)


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\rb"])
def test_a_text_that_would_break_a_line_has_no_record(text: str) -> None:
    row = decided(Account(), an_act("one"), TODAY)[0]
    with pytest.raises(ValueError, match="tab or a line break"):
        record(replace(row, act=replace(row.act, source=text)))


def proof_of(link: Link, batch: list[Row], index: int) -> dict[str, object]:
    return proof(link, record(sorted(batch, key=order)[index]), leaves_of(batch), index)


def a_chain() -> tuple[list[Link], list[list[Row]]]:
    rows = some_rows()
    batches = [rows[:3], rows[3:4], rows[4:]]
    links: list[Link] = []
    for batch in batches:
        links.append(seal("north", links[-1] if links else None, leaves_of(batch), CATALOGUE.sha256, DAY))
    return links, batches


def test_a_chain_holds_and_breaks_where_it_was_touched() -> None:
    links, _ = a_chain()
    assert breaks(links) == []
    for name, value in (
        ("root", bytes(32)),
        ("records", 9),
        ("terms", bytes(32)),
        ("writer", "south"),
        ("number", 7),
        ("day", TODAY.replace(day=1)),
    ):
        touched = [replace(links[0], **{name: value}), *links[1:]]
        assert breaks(touched), name
    assert breaks([links[0], links[2]])
    assert breaks([links[1], links[0], links[2]])


def test_a_mutant_that_forgets_the_previous_hash_is_caught() -> None:
    links, batches = a_chain()
    forgets = [links[0], replace(seal("north", None, leaves_of(batches[1]), CATALOGUE.sha256, DAY), number=2)]
    assert breaks(forgets)


@settings(max_examples=30)
@given(st.data())
def test_a_stranger_checks_a_proof_and_any_flipped_bit_fails(data: st.DataObject) -> None:
    links, batches = a_chain()
    at = data.draw(st.sampled_from([0, 2]))
    index = data.draw(st.integers(0, len(batches[at]) - 1))
    made = json.loads(json.dumps(proof_of(links[at], batches[at], index)))
    holds = checker().holds
    assert holds(made, links[at].hash.hex())
    bits = bytearray(made["record"].encode())
    bits[data.draw(st.integers(0, len(bits) - 1))] ^= 1 << data.draw(st.integers(0, 6))
    assert not holds({**made, "record": bits.decode()}, links[at].hash.hex())
    assert not holds(made, links[1].hash.hex())
    assert not holds({**made, "path": [*made["path"], made["batch"]["root"]]})
    assert not holds({**made, "index": made["batch"]["records"]})


def test_the_checker_as_a_command(tmp_path: Path) -> None:
    links, batches = a_chain()
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof_of(links[0], batches[0], 1)))
    right = subprocess.run([sys.executable, CHECKER, file, links[0].hash.hex()], capture_output=True, text=True)
    wrong = subprocess.run([sys.executable, CHECKER, file, links[1].hash.hex()], capture_output=True, text=True)
    assert (right.returncode, right.stdout) == (0, "the record is in the batch\n")
    assert (wrong.returncode, wrong.stdout) == (1, "NOT PROVED\n")


def test_a_checkpoint_joins_all_heads_whatever_their_order() -> None:
    links, batches = a_chain()
    south = seal("south", None, leaves_of(batches[0]), CATALOGUE.sha256, DAY)
    both = checkpoint(DAY, [links[-1], south])
    assert both == checkpoint(DAY, [south, links[-1]])
    heads = both["heads"]
    assert isinstance(heads, list)
    assert [each["writer"] for each in heads] == ["north", "south"]
    assert (
        len(
            {
                str(each["sha256"])
                for each in (both, checkpoint(DAY, [south]), checkpoint(TODAY.replace(day=1), [south, links[-1]]))
            }
        )
        == 3
    )


def test_the_vectors_of_the_specification() -> None:
    """docs/proof.md's table against hashes made here from its own records, and its records against ours."""
    page = (CHECKER.parent / "proof.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| (.+?) \| `(.+?)` \|$", page, re.MULTILINE))
    account, rows = Account(), []
    for name in sorted(("one", "two", "three"), key=id_of):
        rows += decided(account, an_act(name), TODAY)
        account.add(rows[-1])
    assert [told[f"record {n}"] for n in (1, 2, 3)] == [record(row).replace("\t", "\\t") for row in rows]
    assert [int(record(row).split("\t")[2]) for row in rows] == sorted(int(record(row).split("\t")[2]) for row in rows)
    leaves = [hashlib.sha256(b"\x00" + told[f"record {n}"].replace("\\t", "\t").encode()).digest() for n in (1, 2, 3)]
    assert [told[f"leaf {n}"] for n in (1, 2, 3)] == [leaf.hex() for leaf in leaves]
    left = hashlib.sha256(b"\x01" + leaves[0] + leaves[1]).digest()
    assert told["root"] == hashlib.sha256(b"\x01" + left + leaves[2]).hexdigest()
    link = "link 1 of writer `north` on 2026-11-20, terms 32 zero bytes"
    assert told[link] == seal("north", None, leaves, "00" * 32, DAY).hash.hex()
