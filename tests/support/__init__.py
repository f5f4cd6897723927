"""What the tests stand on: a real PostgreSQL, a real Spark, a real browser."""
