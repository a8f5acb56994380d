"""Products: footprints become labels, by schemes that are data.

    row of products.parquet + catalogue row + scheme -> Grade -> LabelData -> SVG, PNG or JSON

Reads plain rows; writes nothing but benchmark tables somebody asked for. Guide: docs/labels.md.
"""

from leafmark.engine.sentences import LANGS

from .artwork import FORMS, svg
from .benchmarks import Benchmark, BenchmarkTable, freeze, read_table, write_table
from .catalogue_grades import grade_catalogue
from .footprint import Basis, Footprint, footprint_from
from .grading import Grade, grade
from .label import Equivalence, LabelData, Method, label_data
from .png import MissingGlyphError, missing_glyphs, png
from .render import FORMATS, render
from .saving import SavingPanel, saving_panel
from .schemes import Evidence, Scheme, get_scheme, parse_scheme, shipped_schemes
from .words import Words

__all__ = [
    "FORMATS",
    "FORMS",
    "LANGS",
    "Basis",
    "Benchmark",
    "BenchmarkTable",
    "Equivalence",
    "Evidence",
    "Footprint",
    "Grade",
    "LabelData",
    "Method",
    "MissingGlyphError",
    "SavingPanel",
    "Scheme",
    "Words",
    "footprint_from",
    "freeze",
    "get_scheme",
    "grade",
    "grade_catalogue",
    "label_data",
    "missing_glyphs",
    "parse_scheme",
    "png",
    "read_table",
    "render",
    "saving_panel",
    "shipped_schemes",
    "svg",
    "write_table",
]
