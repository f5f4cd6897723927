"""The peers that the benches are measured against, each installed from its own lock."""
