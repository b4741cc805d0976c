"""Measure how long the editor waits for the findings after a change: python -m tests.benchmarks.race_editor

A client in another process speaks with `stackcfg lsp`. It opens a config of 8 KB, writes one comment at a time and
waits for what the server publishes. The time is that of the clock, with the pause in which the server waits for more.
"""

from __future__ import annotations

import asyncio
import logging
import random
import statistics
import sys
import time
from typing import Final

import pytest_lsp
from lsprotocol import types as lsp

from tests.support.running import ROOT, STARTER, environment

SIZE: Final = 8000
"""Bytes of the config, as the one that the starter distribution ships has."""

CHANGES: Final = 100


def make_config() -> str:
    """Return a new config with so many providers that it has 8 KB."""
    text = (STARTER / "output.yaml").read_text(encoding="utf-8")
    head = "providers:\n  inference:\n"
    number = 0
    while len(text) < SIZE:
        number += 1
        provider = (
            f"  - provider_id: more{number}\n"
            "    provider_type: remote::vllm\n"
            f"    config: {{url: 'http://v{number}:8000/v1'}}\n"
        )
        text = text.replace(head, head + provider, 1)
    return text


def add_comment(text: str, number: int) -> str:
    lines = text.splitlines(keepends=True)
    place = random.Random(number).randrange(len(lines))
    lines.insert(place, f"# change {number}\n")
    return "".join(lines)


async def wait_for_findings(client: pytest_lsp.LanguageClient) -> None:
    published = client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    await asyncio.wait_for(published, 60)


async def time_changes(client: pytest_lsp.LanguageClient, text: str) -> list[float]:
    """Return the milliseconds of each change."""
    uri = "file:///run.yaml"
    document = lsp.TextDocumentItem(uri, "yaml", 0, text)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
    await wait_for_findings(client)
    took = []
    for number in range(1, CHANGES + 1):
        whole = lsp.TextDocumentContentChangeWholeDocument(add_comment(text, number))
        version = lsp.VersionedTextDocumentIdentifier(version=number, uri=uri)
        change = lsp.DidChangeTextDocumentParams(version, [whole])
        start = time.perf_counter()
        client.text_document_did_change(change)
        await wait_for_findings(client)
        took.append((time.perf_counter() - start) * 1000)
    return took


async def measure() -> None:
    client = pytest_lsp.LanguageClient()
    variables = environment(PYTHONPATH=str(ROOT))
    await client.start_io(sys.executable, "-m", "stackcfg", "lsp", env=variables)
    capabilities = pytest_lsp.client_capabilities("visual-studio-code")
    await client.initialize_session(lsp.InitializeParams(capabilities=capabilities))
    text = make_config()
    took = sorted(await time_changes(client, text))
    await client.shutdown_session()
    median = statistics.median(took)
    late = took[len(took) * 9 // 10]
    print(f"{len(text)} bytes, {CHANGES} changes:")
    print(
        f"median {median:.0f} ms, 9 of 10 within {late:.0f} ms, at most {took[-1]:.0f} ms"
    )


if __name__ == "__main__":
    logging.disable()
    asyncio.run(measure())
