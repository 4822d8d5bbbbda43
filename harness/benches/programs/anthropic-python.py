"""The same calls as the adapter's `create-sync`, in a bare loop: what the suite's overhead is measured against."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import anthropic
import httpx2

base_url, calls, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
limits = httpx2.Limits(max_connections=1000, max_keepalive_connections=0)
shared = anthropic.Anthropic(api_key="no-key", http_client=anthropic.DefaultHttpxClient(limits=limits))


def call(_: int) -> None:
    """One call, read to its end."""
    client = shared.with_options(base_url=base_url, timeout=20, max_retries=0)
    messages = [{"role": "user", "content": "Say hello."}]
    with client.messages.create(model="claude-sonnet-4-6", max_tokens=1024, messages=messages, stream=True) as stream:
        for _event in stream:
            pass


with ThreadPoolExecutor(at_once) as threads:
    list(threads.map(call, range(at_once)))
    begun = time.perf_counter()
    list(threads.map(call, range(calls)))
    print(time.perf_counter() - begun)
