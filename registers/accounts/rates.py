"""The limits on guesses and on mail in allauth's notation: uses, time, what is counted.

Counted is a key or an IP address.
"""

LOCKED = 5 * 60  # seconds until an account and address, or a known device, may guess again
SIGN_IN_RATES = {
    "password_from_address": f"5/{LOCKED}s/key",
    "password_from_device": f"10/{LOCKED}s/key",
    "password_at_address": "100/h/ip",
    "code_from_address": f"5/{LOCKED}s/key",
    "code_from_device": f"10/{LOCKED}s/key",
    "code_from_unknown_devices": "30/h/key",
    "code_at_address": "100/h/ip",
}
# Mail that an administrator sends to one address, and all that one administrator sends.
MAIL_RATES = {
    "mail_to_person": "5/h/key,200/h/user",
    "invitation_answer": "20/m/ip",
}
