"""What strangers send: each is answered by a problem that says what is wrong, nothing is done, and nothing of ours is shown."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from api_site import NDJSON, Caller, row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from terms import ANN

from leafmark.ledger.ledger import Ledger
from leafmark.web.api.around import BODY_BYTES_MAX, EVENTS_BYTES_MAX
from leafmark.web.api.arrow import rows_of_arrow
from leafmark.web.api.events import ARROW, ROWS_MAX
from leafmark.web.api.models import ApiKey
from leafmark.web.api.problems import Problem


def stream(table: pa.Table, **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as out:
        out.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def acts(count: int) -> pa.Table:
    return pa.Table.from_pylist([row(f"ride {n}") for n in range(count)])


@pytest.fixture
def till(books_open: Ledger, caller: Callable[..., Caller]) -> Caller:
    return caller("till")


def nothing_posted(ledger: Ledger) -> bool:
    return ledger.store.rows("SELECT count(*) FROM event") == [(0,)]


def test_a_bad_line_among_good_ones_is_named_and_nothing_is_posted(till: Caller, books_open: Ledger) -> None:
    lines = [json.dumps(row(f"ride {n}")) for n in range(9_000)]
    lines[6_999] = lines[6_999][:40]
    answer = till.post("/events", data="\n".join(lines), content_type=NDJSON)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["line"] == 7_000
    assert "line 7000" in answer.json()["detail"]
    assert nothing_posted(books_open)


@pytest.mark.parametrize("line", ["5", "[]", '"x"', "null", "{", "{'a': 1}", '{"a": NaN}', '{"a": Infinity}', "\\x00", '{"a":1}{"b":2}', "\ufeff{}",
                                  '{"a": ' + "[" * 100_000, '{"a": ' + '{"a":' * 100_000, '{"a": ' + "9" * 5_000 + "}"])  # fmt: skip
def test_a_line_that_is_no_object(till: Caller, line: str) -> None:
    answer = till.post("/events", data=line.encode(), content_type=NDJSON)
    assert (answer.status_code, answer.json()["errors"][0]["line"]) == (400, 1)


def test_bytes_that_are_no_utf_8(till: Caller) -> None:
    answer = till.post("/events", data=b'{"a": "\xff\xfe"}', content_type=NDJSON)
    assert (answer.status_code, answer.json()["errors"][0]["line"]) == (400, 1)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("quantity", 10**19, "not_a_number"), ("quantity", -(10**19), "not_a_number"), ("co2e_mg", 10**400, "not_a_number"),
        ("quantity", "12", "not_a_number"), ("quantity", "twelve", "not_a_number"), ("quantity", 1.5, "not_a_number"),
        ("quantity", 1e300, "not_a_number"), ("quantity", True, "not_a_number"), ("quantity", [1], "bad_text"),
        ("quantity", {"a": {"b": 1}}, "bad_text"), ("quantity", None, "missing"), ("event_id", 10**19, "not_a_number"),
        ("event_id", 1.0, "not_a_number"), ("event_id", "", "not_a_number"), ("event_id", "\ud800", "not_a_number"),
        ("event_id", True, "not_a_number"), ("account_id", "ann", "not_a_number"), ("account_id", str(10**19), "not_a_number"),
        ("account_id", "007", "not_a_number"), ("action", 5, "bad_text"), ("action", "a\tb", "bad_text"), ("action", "a\0b", "bad_text"),
        ("action", "\udfff", "bad_text"), ("action", "x" * 256, "bad_text"), ("action", "'; DROP TABLE event; --", "unknown_action"),
        ("evidence", "E", "unknown_evidence"), ("evidence", "AB", "unknown_evidence"), ("occurred_day", "2026-13-01", "not_a_day"),
        ("occurred_day", "2026-11-03T10:00:00", "not_a_day"), ("occurred_day", 20261103, "not_a_day"), ("occurred_day", "20261103", "not_a_day"),
        ("occurred_day", "0001-01-01", "not_valid_on_day"), ("occurred_day", "9999-12-31", "not_valid_on_day"),
        ("source", ["till"], "unknown_word"), ("source", {"a": 1}, "unknown_word"), ("fingerprint", 10**30, "not_a_number"),
        ("subject", {"a": 1}, None), ("document", 5, None),
    ],
)  # fmt: skip
def test_a_cell_that_is_wrong_refuses_its_row_alone(till: Caller, field: str, value: Any, reason: str | None) -> None:
    said = till.events([row("good"), row("bad", **{field: value})]).json()
    assert said["accepted"] == (2 if reason is None else 1)
    assert [(each["position"], each["reason"]) for each in said["refused"]] == ([] if reason is None else [(1, reason)])


def test_too_many_acts_and_too_many_bytes(till: Caller, books_open: Ledger) -> None:
    small = b"{}\n" * (ROWS_MAX + 1)
    assert till.post("/events", data=small, content_type=NDJSON).status_code == 413
    assert till.post("/events", data=stream(acts(ROWS_MAX + 1)), content_type=ARROW).status_code == 413
    large = b" " * (EVENTS_BYTES_MAX + 1)
    answer = till.post("/events", data=large, content_type=NDJSON)
    assert answer.status_code == 413
    assert str(EVENTS_BYTES_MAX) in answer.json()["detail"]
    assert (
        till.post("/claims/check", data=b" " * (BODY_BYTES_MAX + 1), content_type="application/json").status_code == 413
    )
    assert nothing_posted(books_open)


def test_the_most_acts_are_taken(till: Caller, books_open: Ledger) -> None:
    said = till.post("/events", data=stream(acts(ROWS_MAX)), content_type=ARROW).json()
    assert said["accepted"] == ROWS_MAX
    assert books_open.verify().ok


@pytest.mark.parametrize(
    "kind",
    [
        "text/csv",
        "application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "",
        "x" * 5_000,
    ],
)
def test_another_content_type(till: Caller, kind: str) -> None:
    answer = till.post("/events", data=b"{}", content_type=kind)
    assert answer.status_code == 415
    assert NDJSON in answer.json()["detail"]
    if kind != "application/json":
        assert till.post("/claims/check", data=b"{}", content_type=kind).status_code == 415


def test_a_compressed_body_is_not_taken(till: Caller) -> None:
    answer = till.post("/events", data=b"{}", content_type=NDJSON, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize("cut", [1, 4, 8, 100, 300, 0.3, 0.5, 0.9, 0.99])
def test_an_arrow_stream_cut_short(till: Caller, books_open: Ledger, cut: float) -> None:
    whole = stream(acts(500))
    body = whole[: cut if isinstance(cut, int) else int(len(whole) * cut)]
    answer = till.post("/events", data=body, content_type=ARROW)
    assert answer.status_code == 400
    assert nothing_posted(books_open)


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_buffers_that_are_compressed_are_not_opened(till: Caller, compression: str) -> None:
    """A kilobyte of zstd may stand for a gigabyte."""
    table = pa.table({name: pa.array([0] * 9_000) for name in ("account_id", "event_id")})
    answer = till.post("/events", data=stream(table, compression=compression), content_type=ARROW)
    assert (answer.status_code, "compressed" in answer.json()["detail"]) == (400, True)
    words = pa.table({"a": pa.array(["x" * 10_000] * 5).dictionary_encode()})
    assert till.post("/events", data=stream(words, compression=compression), content_type=ARROW).status_code == 400


def test_a_batch_of_more_rows_than_the_body_could_hold(till: Caller) -> None:
    """A column of nulls has a length and no buffers: 48 bytes may claim 10^12 rows."""
    table = pa.table({"account_id": pa.nulls(ROWS_MAX + 1)})
    assert till.post("/events", data=stream(table), content_type=ARROW).status_code == 413


@pytest.mark.parametrize(
    "column",
    [
        pa.array([[1]]),
        pa.array([{"a": 1}]),
        pa.array([1], pa.timestamp("s")),
        pa.array([1], pa.decimal128(5, 2)),
        pa.array([1], pa.duration("s")),
    ],
)
def test_columns_of_other_kinds(till: Caller, column: pa.Array) -> None:
    answer = till.post("/events", data=stream(pa.table({"quantity": column})), content_type=ARROW)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/quantity")


def test_missing_columns_are_named(till: Caller) -> None:
    answer = till.post("/events", data=stream(pa.table({"account_id": [1]})), content_type=ARROW)
    assert answer.status_code == 422
    assert "has no column event_id" in answer.json()["detail"]


@given(st.data())
@settings(max_examples=3 * settings().max_examples, deadline=None)
def test_a_damaged_stream_is_rows_or_a_problem(data: st.DataObject) -> None:
    """Bytes flipped anywhere: never another error, never more rows than are taken."""
    body = bytearray(stream(acts(20)))
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        rows = rows_of_arrow(bytes(body), ROWS_MAX)[1]
    except Problem as problem:
        said = problem
    else:
        said = None
        assert len(rows) <= ROWS_MAX
    assert said is None or said.status in (400, 413, 422)


@given(st.integers(-(2**63), 2**63 - 1))
@settings(max_examples=50, deadline=None)
def test_a_length_that_lies(length: int) -> None:
    body = stream(acts(3))
    place = body.rindex(struct.pack("<q", 3))
    lying = body[:place] + struct.pack("<q", length) + body[place + 8 :]
    if length == 3:
        assert len(rows_of_arrow(lying, ROWS_MAX)[1]) == 3
        return
    with pytest.raises(Problem) as found:
        rows_of_arrow(lying, ROWS_MAX)
    assert found.value.status in (400, 413)


@pytest.mark.parametrize(
    "path",
    [
        "/products?gtin=" + "9" * 10_000, "/products?category=" + "x" * 10_000, "/products?brand=" + "%F0%9F%8D%83" * 2_500,
        "/products?limit=0", "/products?limit=501", "/products?limit=10000000000000000000", "/products?limit=ten", "/products?limit=-1",
        "/products?cursor=abc", "/products?cursor=" + "cDk5OTk5OTk5OTk5OTk5OTk5OTk5", "/products?cursor=%00", "/products?cursor=cC0x",
        "/products?gtin=9506000134353", "/products?gtin=%00", "/products?brand=%00", "/products?category=a%00b",
        "/footprints/aiwa/TV-1?version=0", "/footprints/aiwa/TV-1?version=99999999999999999999", "/footprints/aiwa/TV-1?version=1e3",
        "/labels/aiwa/TV-1?version=x",
    ],
)  # fmt: skip
def test_parameters_that_are_wrong_are_named(shelf: None, path: str) -> None:
    answer = Caller().get(path)
    assert answer.status_code == 422
    name = path.partition("?")[2].partition("=")[0]
    assert [each["parameter"] for each in answer.json()["errors"]] == [name]
    assert len(answer.content) < 1_000


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/products/aiwa", "/products/aiwa/%00", "/products/%00/x", "/products/aiwa/" + "x" * 9_000, "/products/aiwa/..%2f..%2fetc%2fpasswd",
     "/products/aiwa/' OR 1=1 --", "/products/%F0%9F%8D%83/%ED%A0%80", "/footprints/aiwa/none", "/labels/none/none", "/explain/x/", "/", ""],
)  # fmt: skip
def test_addresses_of_nothing(shelf: None, caller: Callable[..., Caller], path: str) -> None:
    answer = caller().get(path)
    assert answer.status_code == 404
    assert len(answer.content) < 1_000


@pytest.mark.parametrize("method", ["put", "delete", "patch", "post", "trace"])
def test_other_methods(shelf: None, method: str) -> None:
    answer = Caller().ask(method, "/products")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "account",
    [
        "x",
        "1e5",
        "10000000000000000000",
        "-9223372036854775809",
        "1.5",
        " ",
        "%00",
        "９９９９９９９９９９９９９９９９９９９９９",
    ],
)
def test_account_numbers_that_are_none(till: Caller, account: str) -> None:
    assert till.get(f"/accounts/{account}/balance").status_code in (404, 422)
    assert till.post(f"/accounts/{ANN}/redemptions/{account}/post").status_code in (404, 422)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"a":' * 40_000, b"\xff", b"nul", b'{"text": NaN}', b"9" * 5_000]
)
def test_bodies_that_are_no_json(caller: Callable[..., Caller], body: bytes) -> None:
    answer = caller().post("/claims/check", data=body, content_type="application/json")
    assert answer.status_code == (422 if body == b"" else 400)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "bearer x",
        "Bearer " + "x" * 8_000,
        "Basic YTpi",
        "Bearer lmk_",
        "Bearer lmk_AAAAAAAA_' OR 1=1",
        "\xff",
    ],
)
def test_authorizations_that_are_none(db: None, header: str) -> None:
    answer = Caller().get("/explain/a/b", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    rows=st.lists(
        st.dictionaries(st.sampled_from([*row("x"), "source", "subject", "document", "bucket", "?"]), json_values),
        max_size=8,
    )
)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_rows_are_all_answered_for(till: Caller, rows: list[dict[str, Any]]) -> None:
    rows = [*rows, row("whole")]
    ApiKey.objects.update(per_minute=100_000)
    answer = till.events(rows)
    said = answer.json()
    assert answer.status_code == 200
    assert said["rows"] == len(rows) == sum(said[name] for name in ("accepted", "duplicates", "conflicts", "rejected"))
    assert len(said["refused"]) == said["conflicts"] + said["rejected"] == sum(said["reasons"].values())
    assert [each["position"] for each in said["refused"]] == sorted({each["position"] for each in said["refused"]})
