"""Receipts and invoices sent instead of printed: paper's low end less the digital one's high end.

    avoided = n x (EF_paper,low - EF_digital,high)                                     (kg CO2e)

Paper receipts are said to cause 3 to 10 g (9.03 g on average in Australia: UTS, 96,277 t over 10.656 bn), digital ones 0.3
to 10 g: small and uncertain, and the ranges overlap. So the conservative difference is 3 - 10 = **-7 g**: with these
figures no saving can be shown, the result stays below zero and earns no points. Whoever has measured receipts names the
factors of an own pack (`paper_key`, `digital_key`). Ant Forest credits 5 g for an e-invoice, without a method.

**Baseline.** A receipt printed. **Left out.** The till's energy; thermal paper's coating has no figure at hand.
**Evidence.** The shop's record. **Cap.** Five a day, as Ant Forest's e-invoices. A shop's paper is in its own inventory.
"""

from __future__ import annotations

from leafmark.methods.acts import act_method
from leafmark.methods.model import Column, Counterfactual, Term, Vintage

E_RECEIPT = act_method(
    "receipt.electronic", "Receipt or invoice sent instead of printed", "电子小票与电子发票",
    "GHG Protocol comparative impacts (2019): conservative ends of the published ranges",
    "as the published figures state none: one receipt, printed or sent",
    """\
`avoided = n x (paper, low end - digital, high end)`, kg CO2e. With the published ranges (3 to 10 g and 0.3 to 10 g) the
result is -7 g a receipt: no saving can be shown, and none is claimed. An operator with measured figures names the factors
of its own pack.""",
    Counterfactual(
        unit="receipt",
        columns=(
            Column("paper_key", "text", required=False, meaning="factor of a printed one; missing = the published low end"),
            Column("digital_key", "text", required=False, meaning="factor of a sent one; missing = the published high end"),
        ),
        terms=(
            Term("not printed", "baseline", "materials", "coalesce(paper_key, 'receipt.paper.low')", "amount", "'receipt'"),
            Term("sent", "project", "use", "coalesce(digital_key, 'receipt.digital.high')", "amount", "'receipt'"),
        ),
    ),
    vintage=Vintage("nearest", 10),
)  # fmt: skip
