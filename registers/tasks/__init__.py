"""What falls due or waits for a person: the one source of their tasks, mail and calendar."""
