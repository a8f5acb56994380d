"""Fraud review: ledger acts that deserve a look, by rules whose figures are shown; dismissed with a reason, or taken back.

    ledger.review + refused reports -> findings (job) -> dismissed | chosen acts -> confirmed -> ledger adjustments `fraud`

Nobody here sees whose an account is.
"""
