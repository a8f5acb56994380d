"""Work that takes longer than a page may: asked for in a page, done by a worker beside the site, its progress shown.

    start() -> Job and its task, in one transaction -> the worker of `leafmark serve` -> result, or a fault in plain words

A job is never lost. One whose worker died is run again, up to three times, or marked failed where that would do harm
(`start(..., again=False)`); so a job's function must give the same when it is run twice.
"""
