"""The run of an inventory: a company's prepared activities through the engine, into the lines of the book."""
