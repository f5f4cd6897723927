"""People who never existed, in real places: they fill the demo, the tests and the benches, and say so."""
