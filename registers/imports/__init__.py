"""A spreadsheet becomes risks: file -> sheets (files) -> which column is what (plan) -> what each
row says (rows) -> what is new, changed or the same on the register (staging) -> written in one
transaction (registers.bulk_changes).

All but staging is pure: text in, dataclasses out, no database. Nothing that a file says is dropped
without being named.
"""
