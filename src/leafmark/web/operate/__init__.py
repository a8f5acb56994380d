"""The operator's console: what waits for somebody, the ledger's check and review, packs of factors before they count."""
