"""Holdout tests on the site and through the API: declared, started, taken part in, chosen in, and looked at after their end.

    declared (operator) -> started -> units put into arms (by agreement, or by a marketplace) -> choices -> end -> result

What is measured lies in `leafmark.experiments`, which knows no site. Where no test runs, pages pay one look into a kept value.
"""
