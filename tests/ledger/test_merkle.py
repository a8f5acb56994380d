"""Trees are RFC 6962's: published roots, the RFC's own recursion as oracle, paths that prove one leaf and no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.ledger import merkle

RECORDS = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Roots of the first 1 to 8 records: the reference tests of Certificate Transparency (google/certificate-transparency,
merkletree/merkle_tree_test.cc)."""


def by_recursion(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, 2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(by_recursion(leaves[:split]), by_recursion(leaves[split:]))


@pytest.mark.parametrize("count", range(1, 9))
def test_published_roots(count: int) -> None:
    leaves = [merkle.leaf_hash(record) for record in RECORDS[:count]]
    assert merkle.root(leaves).hex() == ROOTS[count - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70), st.data())
def test_a_path_proves_its_leaf_and_no_other(records: list[bytes], data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(record) for record in records]
    assert merkle.root(leaves) == by_recursion(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    beside = merkle.path(leaves, index)
    assert merkle.root_of_path(leaves[index], index, len(leaves), beside) == merkle.root(leaves)
    assert merkle.root_of_path(merkle.leaf_hash(b"other"), index, len(leaves), beside) != merkle.root(leaves)
    assert merkle.root_of_path(leaves[index], index, len(leaves), [*beside, leaves[0]]) is None
    if beside:
        assert merkle.root_of_path(leaves[index], index, len(leaves), beside[:-1]) is None


def test_there_is_no_path_to_a_leaf_that_is_not_there() -> None:
    with pytest.raises(IndexError, match="leaf 2 of 2"):
        merkle.path([b"", b""], 2)
    assert merkle.root_of_path(b"", 2, 2, []) is None
