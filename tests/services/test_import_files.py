"""Files of imports are read and joined piece by piece: memory does not grow with them."""

import gzip
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from chalicelib.bounds.store import bounds
from chalicelib.credit.store.import_files import BLOCK, Bucket, inspect_file
from chalicelib.settings import settings
from tests.cloud import s3

LINE = b'{"record_id": "r-1", "basis": "' + b"x" * 960 + b'"}\n'
MB = 1 << 20


@pytest.fixture
def bucket(cloud: None) -> Bucket:  # noqa: ARG001 - it is made in the cloud
    name = settings().import_bucket
    s3().create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": settings().region})
    return Bucket(name)


def plain(megabytes: int) -> Iterator[bytes]:
    for _ in range(megabytes):
        yield LINE * (BLOCK // len(LINE))


def compressed(megabytes: int) -> Iterator[bytes]:
    for block in plain(megabytes):
        yield gzip.compress(block)


@pytest.mark.parametrize("blocks", [plain, compressed])
def test_memory_is_the_same_for_a_file_eight_times_as_long(blocks: Callable[[int], Iterator[bytes]]) -> None:
    def peak_of(megabytes: int) -> tuple[int, int]:
        tracemalloc.start()
        try:
            count = inspect_file(blocks(megabytes), declared=megabytes * BLOCK, allowed=bounds().imports).count
            return count, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    (few, short), (many, long) = peak_of(4), peak_of(32)

    assert many == 8 * few == 32 * (BLOCK // len(LINE))
    assert long < short + MB


@pytest.mark.parametrize("sizes", [(3,), (3, 2), (9, 4, 6)])
def test_parts_become_one_file_in_their_order_however_long_they_are(bucket: Bucket, sizes: tuple[int, ...]) -> None:
    texts = [f"{number}" * (size * MB - 1) + "\n" for number, size in enumerate(sizes)]
    for number, text in enumerate(texts):
        bucket.put(f"part-{number}", text)

    bucket.put_together("whole", [f"part-{number}" for number in range(len(sizes))])

    assert b"".join(bucket.blocks("whole")) == "".join(texts).encode()


def test_joining_twice_is_the_same_as_once(bucket: Bucket) -> None:
    bucket.put("part", "a\n")

    bucket.put_together("whole", ["part"])
    bucket.put_together("whole", ["part"])

    assert b"".join(bucket.blocks("whole")) == b"a\n"
