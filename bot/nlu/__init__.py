"""Rasa's components. They run in Rasa's own environment (Python 3.10) and import nothing of the application.

`text`, `lexicon` and `particulars` need no Rasa either: the application uses them when Rasa is not there.
"""
