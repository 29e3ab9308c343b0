"""What an organisation's administrator looks after: posts, bodies and registers."""
