"""Signing in: what the library (django-allauth) leaves to us. Limits on guesses, devices,
addresses.
"""
