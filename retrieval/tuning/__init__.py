"""Learning the adapter (retrieval.adapter) from documents and how people ask for their sections. Needs torch."""
