"""Help for readers, signed in or not: a guide for each role, the glossary, what is new."""
