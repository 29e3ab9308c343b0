"""What an organisation's administrator looks after: people, posts, bodies, registers, schemes."""
