"""The eight insights, each read from a register's own record: one module an insight."""
