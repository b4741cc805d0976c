"""What several rules ask of an inspection."""
