"""The rulebook and the record: what is true of a case, without effects, clock or network."""
