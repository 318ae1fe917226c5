"""Which submissions are alike: what two students share and others do not. It flags, and never scores."""
