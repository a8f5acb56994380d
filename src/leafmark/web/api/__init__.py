"""The site for programs: products, footprints, labels, explanations, the claims check, acts, balances and redemptions.

    request -> around (body size, problems, ETag, CORS) -> auth (key, scope, minute) -> operation -> rooms below

Every error is a problem (RFC 9457) whose `type` leads to its paragraph of `/api/docs`. `docs/api.md` has it all.
"""
