"""What people asked, how it ended, how long it took: counted for a period, the same on SQLite and PostgreSQL."""
