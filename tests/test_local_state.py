"""What the local servers know without starting: the lock, the ports, who is alive."""

import os

import pytest

from deploy.local.children import is_alive
from deploy.local.lock import FolderBusyError, FolderLock
from deploy.local.state import State
from tests.local_servers import until


class TestFolderLock:
    def test_names_its_holder(self, tmp_path):
        path = tmp_path / "lock"
        with (
            FolderLock(path),
            pytest.raises(FolderBusyError, match=str(os.getpid())),
            FolderLock(path),
        ):
            pass

    def test_a_file_left_behind_means_nothing(self, tmp_path):
        path = tmp_path / "lock"
        path.write_text("999999\n")
        with FolderLock(path):
            assert path.read_text() == f"{os.getpid()}\n"


class TestState:
    def test_survives_a_half_written_file(self, tmp_path):
        path = tmp_path / "state.json"
        path.write_text('{"queues.port": "20')

        assert 20_000 <= State(path).port("queues") < 32_000

    def test_a_dead_process_nobody_buried_is_not_alive(self):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        until(lambda: not is_alive(pid))
        os.waitpid(pid, 0)
