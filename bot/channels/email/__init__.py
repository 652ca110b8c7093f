"""E-mail: letters to those who subscribed, written into the outbox and sent by handoff's postman.

letters      what a letter looks like, in plain text and HTML
confirming   the one letter that goes to an address before its owner has confirmed it
addresses    where the links of letters lead
"""
