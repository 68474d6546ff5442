"""A real S3 server on this machine, for tests that write to object storage."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.conftest import absent


@contextmanager
def s3_server() -> Iterator[str]:
    """The URL of a bucket; its server and keys are in the environment meanwhile."""
    try:
        import s3fs
        from moto.server import ThreadedMotoServer
    except ImportError:
        absent("No S3: pip install s3fs 'moto[server]'.")
    server: Any = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "tests")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        # Connections that were kept lead to the server of an earlier module.
        s3fs.S3FileSystem.clear_instance_cache()
        bucket = f"team-{secrets.token_hex(4)}"
        s3fs.S3FileSystem().mkdir(bucket)
        yield f"s3://{bucket}"
    server.stop()


def held(url: str) -> dict[str, bytes]:
    """All objects of a bucket, by their keys."""
    import s3fs

    files: Any = s3fs.S3FileSystem(skip_instance_cache=True)
    bucket = url.removeprefix("s3://")
    return {key.removeprefix(f"{bucket}/"): files.cat_file(key) for key in files.find(bucket)}
