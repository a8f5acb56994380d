"""The corporate inventory. So far: the path of a reduction target, and an actual against it."""
