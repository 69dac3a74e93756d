"""PostgreSQL: the embedded server, connections, migrations, and each table's statements."""
