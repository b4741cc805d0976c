"""What several rules ask about an inspected config, and how they word it. Rules are in `rules`."""
