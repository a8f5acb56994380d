"""For who doubts a figure: its trace to factor, table and row; samples of a run's entries; two runs beside each other."""
