"""What an organisation's administrator looks after: people, their roles and the posts they hold."""
