"""What an organisation's administrator reads and changes."""
