"""Papers for meetings: what a paper says, who cleared it, and its files."""
