"""A figure as a page of its own: the chart, and the table under it."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leafmark.engine.curves import Figure


def write_chart(path: Path, name: str, figure: Figure) -> None:
    """Write an HTML page that needs nothing else; it prints, and reads in light and dark."""
    from leafmark.demo.page_style import CSS, POLICY
    from leafmark.products.charts import of_figure, table_of

    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}"><title>{escape(figure.title)}</title>'
        f"<style>{CSS}</style></head><body><main><h1>{escape(figure.title)}</h1>{of_figure(name, figure)}{table_of(figure)}</main></body></html>"
    )
    path.write_text(page, encoding="utf-8")
