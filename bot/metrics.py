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
channel_waiting = Gauge(
    "helpdesk_channel_waiting",
    "What waits to be sent, by channel (telegram, mail).",
    ["channel"],
    registry=registry,
)
channel_late = Gauge(
    "helpdesk_channel_late", "Of these, due ten minutes ago or longer.", ["channel"], registry=registry
)
channel_failures = Gauge(
    "helpdesk_channel_failures",
    "Deliveries that failed for good within a day, by channel and reason.",
    ["channel", "reason"],
    registry=registry,
)
_reasons: set[tuple[str, str]] = set()
telegram_connected = Gauge(
    "helpdesk_telegram_connected", "Whether Telegram has answered this process.", registry=registry
)
telegram_last_update = Gauge(
    "helpdesk_telegram_last_update_timestamp_seconds", "When something last came from Telegram.", registry=registry
)
telegram_updates = Gauge(
    "helpdesk_telegram_updates", "What came from Telegram: waiting, failed.", ["state"], registry=registry
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
    for channel in ("telegram", "mail"):
        _measure_channel(channel, parts[channel])
    _measure_telegram(parts["telegram"])


def _measure_channel(channel: str, told: Mapping[str, Any]) -> None:
    """One that is off has nothing waiting. A reason of yesterday goes back to 0."""
    channel_waiting.labels(channel).set(told.get("waiting", 0))
    channel_late.labels(channel).set(told.get("late", 0))
    failures = told.get("failures", {})
    _reasons.update((channel, reason) for reason in failures)
    for known, reason in _reasons:
        if known == channel:
            channel_failures.labels(channel, reason).set(failures.get(reason, 0))


def _measure_telegram(told: Mapping[str, Any]) -> None:
    telegram_connected.set(told["state"] == "up")
    if told.get("last_update") is not None:
        telegram_last_update.set(told["last_update"].timestamp())
    telegram_updates.labels("waiting").set(told.get("updates_waiting", 0))
    telegram_updates.labels("failed").set(told.get("updates_failed", 0))
