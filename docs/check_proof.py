"""Check a Leafmark proof: `python check_proof.py proof.json [LINK]`. Python's own library, nothing of Leafmark's.

LINK is the batch's hash as published in a checkpoint; without it the proof is only checked against itself.
"""

import hashlib
import json
import sys


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def holds(proof, link=None):
    batch, index, last = proof["batch"], proof["index"], proof["batch"]["records"] - 1
    if not 0 <= index <= last:
        return False
    found, path = sha(b"\x00", proof["record"].encode()), [bytes.fromhex(each) for each in proof["path"]]
    while last:
        if index % 2 or index < last:
            if not path:
                return False
            beside = path.pop(0)
            found = sha(b"\x01", beside, found) if index % 2 else sha(b"\x01", found, beside)
        index, last = index // 2, last // 2
    writer, number = batch["writer"].encode(), lambda value: value.to_bytes(8, "big")
    head = sha(
        b"leafmark.batch/1",
        len(writer).to_bytes(2, "big"),
        writer,
        number(batch["number"]),
        bytes.fromhex(batch["previous"]),
        found,
        number(batch["records"]),
        bytes.fromhex(batch["terms"]),
        batch["day"].encode(),
    )
    return not path and found.hex() == batch["root"] and head.hex() == (link or batch["hash"])


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        good = holds(json.load(file), *sys.argv[2:])
    print("the record is in the batch" if good else "NOT PROVED")
    sys.exit(not good)
