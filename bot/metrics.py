"""What is counted, for Prometheus: numbers of things, never who or what was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

registry = CollectorRegistry()
ProcessCollector(registry=registry)

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
up = Gauge("helpdesk_part_up", "Whether a part works: database, rasa, index, disk.", ["part"], registry=registry)
deaths = Gauge(
    "helpdesk_process_deaths", "Deaths in a row of a supervised process.", ["process"], registry=registry
)
turns_waiting = Gauge("helpdesk_turns_waiting", "Visitor messages that wait for the bot.", registry=registry)
oldest_turn_seconds = Gauge(
    "helpdesk_oldest_turn_seconds", "How long the oldest of them has waited.", registry=registry
)
outbox = Gauge(
    "helpdesk_outbox",
    "What is to leave the building: waiting, late, failed within a day.",
    ["state"],
    registry=registry,
)
streams_open = Gauge("helpdesk_streams_open", "Open event streams of this process.", registry=registry)
index_age_seconds = Gauge("helpdesk_index_age_seconds", "Since the index was built.", registry=registry)
disk_free_bytes = Gauge("helpdesk_disk_free_bytes", "Room left where the data is.", registry=registry)


def measure(parts: Mapping[str, Mapping[str, Any]]) -> None:
    """Set the gauges from what /health tells; what is unknown keeps its last value."""
    for name in ("database", "rasa", "index", "disk"):
        up.labels(name).set(parts[name]["state"] in ("up", "off"))
    for process, told in parts["processes"].items():
        deaths.labels(process).set(told.get("deaths", 0))
    streams_open.set(parts["streams"]["open"])
    disk_free_bytes.set(parts["disk"]["free_bytes"])
    passages.set(parts["index"]["passages"])
    index_age_seconds.set(parts["index"]["age_seconds"] or 0)
    if parts["database"]["state"] == "up":
        _measure_record(parts)


def _measure_record(parts: Mapping[str, Mapping[str, Any]]) -> None:
    for state, number in parts["queue"]["states"].items():
        requests_open.labels(state).set(number)
    oldest_wait_seconds.set(parts["queue"]["oldest_wait_seconds"] or 0)
    turns_waiting.set(parts["turns"]["waiting"])
    oldest_turn_seconds.set(parts["turns"]["oldest_wait_seconds"] or 0)
    for state in ("waiting", "late", "failed"):
        outbox.labels(state).set(parts["outbox"][state])
