"""Category rules and schemes, written and versioned together.

    template | shipped | frozen -> draft -> revision -> revision ... -> frozen by another -> imports, cut-offs, schemes to activate
                                     comments, answers, differences field by field

Nothing that was saved, said or frozen is ever changed.
"""
