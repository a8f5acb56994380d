"""The peer: SQLite's FTS5 with its trigram tokenizer, facets by GROUP BY over the hits. No typos; the same folding."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from bench.search_shelf import Question, rows
from leafmark.web.search.text import fold

FACETS: Final = ("sector", "brand", "category", "state", "declared_unit")
TRIGRAM_CHARS = 3
BATCH = 10_000


def build(source: Path, target: Path) -> None:
    """The shelf as a table of facets and a full-text index of its names."""
    target.unlink(missing_ok=True)
    connection = sqlite3.connect(target)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "CREATE TABLE shelf (id INTEGER PRIMARY KEY, product_id TEXT, sector TEXT, brand TEXT, category TEXT, state TEXT, "
        "declared_unit TEXT, co2e_ug INTEGER)"
    )
    connection.execute("CREATE VIRTUAL TABLE name USING fts5(text, tokenize = 'trigram')")
    found = list(rows(source))
    lines = fold("\n".join(f"{row[1]} {row[3]} {row[4]} {row[6]} {row[10]}" for row in found)).split("\n")
    connection.executemany(
        "INSERT INTO shelf VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ((at, row[0], row[5], row[4], row[6], row[7], row[9], row[8]) for at, row in enumerate(found)),
    )
    connection.executemany("INSERT INTO name (rowid, text) VALUES (?, ?)", enumerate(lines))
    connection.execute("INSERT INTO name (name) VALUES ('optimize')")
    connection.commit()
    connection.close()


class Peer:
    """The peer's index, opened."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.execute("CREATE TEMP TABLE hit (id INTEGER PRIMARY KEY, rank REAL)")

    def search(self, question: Question, limit: int = 20) -> tuple[int, list[str], dict[str, dict[str, int]]]:
        """Total, first ids and facet counts, as ours gives them."""
        execute = self._connection.execute
        found, arguments = self._matching(question)
        execute("DELETE FROM temp.hit")
        execute(f"INSERT INTO temp.hit {found}", arguments)
        (total,) = execute("SELECT count(*) FROM temp.hit").fetchone()
        order = {"lowest": "co2e_ug NULLS LAST", "highest": "co2e_ug DESC NULLS LAST"}.get(question.sort, "rank")
        page = execute(f"SELECT product_id FROM temp.hit JOIN shelf USING (id) ORDER BY {order} LIMIT {limit}")
        ids = [row[0] for row in page]
        facets = {
            name: dict(
                execute(
                    f"SELECT {name}, count(*) FROM temp.hit JOIN shelf USING (id) GROUP BY 1 ORDER BY 2 DESC LIMIT 20"
                )
            )
            for name in FACETS
        }
        return total, ids, facets

    def _matching(self, question: Question) -> tuple[str, list[str]]:
        """The statement that gives the hits; words too short for a trigram are looked for in every name.

        By instr, as LIKE beside MATCH crashes SQLite 3.40 on a trigram table.
        """
        words = fold(question.text).split()
        long = [word for word in words if len(word) >= TRIGRAM_CHARS]
        conditions = ["instr(text, ?) > 0" for word in words if len(word) < TRIGRAM_CHARS]
        arguments = [word for word in words if len(word) < TRIGRAM_CHARS]
        if long:
            conditions.append("name MATCH ?")
            arguments.append(" AND ".join('"' + word.replace('"', '""') + '"' for word in long))
        rank = "name.rank" if long else "0"
        joined = ""
        for field, value in question.filters.items():
            joined = "JOIN shelf ON shelf.id = name.rowid"
            conditions.append(f"shelf.{field} = ?")
            arguments.append(value)
        return f"SELECT name.rowid, {rank} FROM name {joined} WHERE {' AND '.join(conditions)}", arguments
