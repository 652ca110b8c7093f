"""What is counted, for Prometheus: numbers of things, never who or what was said."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()

turns = Counter("helpdesk_turns_total", "Visitor messages answered by the bot.", ["by"], registry=registry)
"""by: rasa, replies (without Rasa), apology."""
turn_seconds = Histogram(
    "helpdesk_turn_seconds",
    "Seconds from leasing a turn to having its answer recorded.",
    buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
    registry=registry,
)
rasa_failures = Counter(
    "helpdesk_rasa_failures_total", "Turns that Rasa gave no usable answer to.", ["reason"], registry=registry
)
refused = Counter(
    "helpdesk_refused_total",
    "Requests and connections refused since there were too many.",
    ["what"],
    registry=registry,
)
"""what: requests, questions, turns, streams, connections, slow_head, long_head."""
requests_open = Gauge("helpdesk_requests_open", "Requests for a person, by state.", ["state"], registry=registry)
oldest_wait_seconds = Gauge(
    "helpdesk_oldest_wait_seconds", "How long the oldest unclaimed request has waited.", registry=registry
)
passages = Gauge("helpdesk_passages", "Passages in the index.", registry=registry)
