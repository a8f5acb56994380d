"""Packs of factors: a candidate beside the pack that counts, what it would do to published figures, and its activation.

    installed (built in, workspace/packs/*) -> revision -> effect (job) -> activated, with a reason -> `active.active_packs()`

Activation changes no published figure: it says which packs new drafts and the wizard take.
"""
