"""What can go wrong in retrieval.

RetrievalError
├── IndexMissing      no index in the folder
├── IndexMismatch     an index made with another encoder, from other materials, or by another version
└── EncoderUnavailable  the named model cannot be loaded here
"""

from __future__ import annotations


class RetrievalError(Exception):
    """The message says what happened and what to do."""


class IndexMissing(RetrievalError):
    pass


class IndexMismatch(RetrievalError):
    pass


class EncoderUnavailable(RetrievalError):
    pass
