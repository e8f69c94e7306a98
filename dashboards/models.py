"""No tables: the boards read what the other rooms keep."""
