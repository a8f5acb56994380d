"""Reports of an inventory: a page to read, a workbook to check, a file of all entries, and the auditor's pack.

    inventory folder -> Facts (every total once, by book.sums) -> page, workbook, entries, auditor's pack -> verify

Nothing is computed here but rounding for the eye: every total is `book.sums`. An index says of each item that the GHG Protocol asks for
where it stands, or what is missing; an item without content is never silently left out.
"""
