"""What an organisation's administrator and monitoring officer look after."""
