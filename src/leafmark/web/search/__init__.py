"""Search over the shelf: products by word in English and both Chinese scripts, with facets, typos forgiven, sorted by kg.

    documents -> one folded text each (text.py) -> a tantivy index (fields.py) in a folder (folder.py, building.py)
    a reader's words -> the same folding (query.py) -> ids, a total and facet counts (index.py)

The database is the truth; the index can be thrown away and built again. It knows no Django and nothing of Leafmark.
"""

from leafmark.web.search.building import build
from leafmark.web.search.documents import FACETS, SORTS, Document, Hits, NoIndexError, SearchError
from leafmark.web.search.index import Index

__all__ = ["FACETS", "SORTS", "Document", "Hits", "Index", "NoIndexError", "SearchError", "build"]
