"""Given code: what stubs and solutions alike may use."""
