"""`static/tokens.css`, made of the label's own tokens: the site and the artwork cannot drift apart.

python -m leafmark.web.tokens_css       writes the file; a test holds it to what this makes
"""

from __future__ import annotations

from pathlib import Path

from leafmark.products import tokens

FILE = Path(__file__).parent / "static" / "tokens.css"
LIGHT = {
    "ink": tokens.INK, "soft": tokens.SOFT, "ground": tokens.PAPER, "paper": tokens.PAPER, "edge": tokens.EDGE, "rule": tokens.RULE,
    "mark": tokens.MARK, "on-mark": tokens.PAPER, "link": tokens.MARK, "panel": tokens.PANEL, "flag": tokens.FLAG,
    "flag-edge": tokens.FLAG_EDGE, "fault": "#8a1c33",
}  # fmt: skip
DARK = {
    "ink": "#ececec", "soft": "#b9b9b9", "ground": "#15181b", "paper": "#1d2226", "edge": "#8a9096", "rule": "#3a4147",
    "mark": "#a9cbe6", "on-mark": "#10202e", "link": "#a9cbe6", "panel": "#202a33", "flag": "#2f2918", "flag-edge": "#b79a55",
    "fault": "#e08a9b",
}  # fmt: skip
"""The label itself stays on white paper in the dark, as it is printed."""


def css() -> str:
    """The whole file."""
    stages = [f"--stage-{stage.replace('_', '-')}: {colour};" for stage, colour in tokens.STAGE_COLOURS.items()]
    light = [f"--{name}: {colour};" for name, colour in LIGHT.items()]
    dark = [f"--{name}: {colour};" for name, colour in DARK.items()]
    return "\n".join([
        "/* Made by python -m leafmark.web.tokens_css; edit products/tokens.py or that file instead. */",
        ":root {", *(f"  {line}" for line in light + stages), "}",
        "@media (prefers-color-scheme: dark) {", "  :root {", *(f"    {line}" for line in dark), "  }", "}", "",
    ])  # fmt: skip


if __name__ == "__main__":
    FILE.write_text(css(), encoding="utf-8")
