"""Real databases to write to."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import closing

import psycopg
import pymysql

from conftest import find_mariadb
from exports.delivering import database
from exports.delivering.database_engine import Target


class Ground:
    """One database to write to, and a way of our own to look into it."""

    def __init__(self, address, connect, schema=""):
        self.address = address
        self.connect = connect
        self.schema = schema

    def target(self, **given):
        usual = {"address": self.address, "schema": self.schema, "prefix": "ma_"}
        return Target(**usual | given)

    def select(self, statement):
        with closing(self.connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            found = [tuple(row) for row in cursor.fetchall()]
            connection.commit()
        return found

    def rows(self, name, columns="*"):
        return self.select(f"SELECT {columns} FROM ma_{name}")  # noqa: S608

    def run(self, *statements):
        with closing(self.connect()) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def tables(self):
        return [name for name in database.KEYS if self.has(name)]

    def has(self, name):
        try:
            self.rows(name)
        except (psycopg.Error, sqlite3.Error, pymysql.MySQLError):
            return False
        return True

    def clear(self):
        for name in database.KEYS:
            self.run(f"DROP TABLE IF EXISTS ma_{name}")


class Server:
    """A MariaDB of these tests alone; as root, since it is a folder of ours."""

    def __init__(self, folder):
        self.folder = folder
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        install = shutil.which("mariadb-install-db")
        given = [f"--datadir={folder}", "--auth-root-authentication-method=normal"]
        subprocess.run(
            [install, "--no-defaults", *given, *self.user, "--skip-test-db"],
            check=True,
            capture_output=True,
        )
        self.start()

    @property
    def user(self):
        return ["--user=root"] if os.getuid() == 0 else []

    def start(self):
        self.process = subprocess.Popen(
            [
                find_mariadb(),
                "--no-defaults",
                f"--datadir={self.folder}",
                f"--port={self.port}",
                f"--socket={self.folder}/s",
                "--bind-address=127.0.0.1",
                "--innodb-buffer-pool-size=16M",
                # A process is killed here, never the machine.
                "--innodb-flush-method=nosync",
                "--skip-name-resolve",
                *self.user,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 60
        while True:
            try:
                self.connect().close()
            except pymysql.MySQLError:
                assert time.monotonic() < until
                time.sleep(0.05)
            else:
                return

    def connect(self, **given):
        usual = {"host": "127.0.0.1", "port": self.port, "user": "root"}
        return pymysql.connect(**usual | given)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()
