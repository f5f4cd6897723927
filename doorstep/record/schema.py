"""The tables of the record, written once for both databases.

Three stores: `log` (what was reported, append-only, and what must never be lost), `keys` (apart from it), and `register`
(everything that is worked out from the log: it may be thrown away and is rebuilt by replay).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from functools import cache

from doorstep.record.database import Connection, ddl, value

LOG = """
CREATE TABLE log_meta (name {text} PRIMARY KEY, value {text} NOT NULL);
CREATE TABLE submission (
  seq {bigint} PRIMARY KEY,
  id {text} NOT NULL UNIQUE,
  kind {text} NOT NULL,
  form {text} NOT NULL,
  version {text} NOT NULL,
  pack {text} NOT NULL,
  subject {text} NOT NULL,
  place {text} NOT NULL,
  author {text} NOT NULL,
  device {text} NOT NULL,
  sender {text} NOT NULL,
  made_at {text} NOT NULL,
  made_day {bigint} NOT NULL,
  zone {bigint} NOT NULL,
  stamp {bigint} NOT NULL,
  received_at {bigint} NOT NULL,
  admitted_at {bigint} NOT NULL,
  clock_offset {bigint},
  prev {text} NOT NULL,
  sig {text} NOT NULL,
  hash {text} NOT NULL,
  replaces {text},
  root {text},
  other {text}
);
CREATE INDEX submission_merge ON submission (kind) WHERE kind IN ('merge', 'unmerge');
CREATE INDEX submission_replaces ON submission (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX submission_subject ON submission (subject);
CREATE INDEX submission_chain ON submission (device, author, hash);
CREATE TABLE part (
  seq {bigint} NOT NULL,
  n {bigint} NOT NULL,
  subject {text} NOT NULL,
  sealed {bytes} NOT NULL,
  PRIMARY KEY (seq, n)
);
CREATE INDEX part_subject ON part (subject);
CREATE TABLE attachment (
  seq {bigint} NOT NULL,
  name {text} NOT NULL,
  subject {text} NOT NULL,
  type {text} NOT NULL,
  size {bigint} NOT NULL,
  sealed {bytes} NOT NULL,
  PRIMARY KEY (seq, name)
);
CREATE TABLE subject_key (subject {text} PRIMARY KEY, secret {bigint} NOT NULL);
CREATE TABLE subject_place (subject {text} NOT NULL, place {text} NOT NULL, PRIMARY KEY (subject, place));
CREATE TABLE erasure (
  subject {text} PRIMARY KEY,
  n {bigint} NOT NULL,
  submission {text} NOT NULL,
  at {bigint} NOT NULL
);
CREATE TABLE aside (
  n {serial},
  id {text} NOT NULL,
  outcome {text} NOT NULL,
  reason {text} NOT NULL,
  detail {text} NOT NULL,
  kind {text} NOT NULL,
  form {text} NOT NULL,
  version {text} NOT NULL,
  subject {text} NOT NULL,
  place {text} NOT NULL,
  author {text} NOT NULL,
  sender {text} NOT NULL,
  made_at {text} NOT NULL,
  received_at {bigint} NOT NULL,
  sent_ms {bigint},
  hash {text} NOT NULL,
  owner {text} NOT NULL,
  sealed {bytes} NOT NULL,
  decision {text} NOT NULL,
  decided_by {text} NOT NULL,
  decided_at {bigint},
  note {text} NOT NULL
);
CREATE INDEX aside_id ON aside (id);
CREATE INDEX aside_open ON aside (decision, n);
CREATE INDEX aside_subject ON aside (subject);
CREATE INDEX aside_awaited ON aside (detail) WHERE reason = 'target_awaited';
CREATE TABLE pack (hash {text} PRIMARY KEY, content {bytes} NOT NULL, added_at {bigint} NOT NULL);
CREATE TABLE pack_release (n {serial}, pack {text} NOT NULL, released_at {bigint} NOT NULL);
"""

KEYS = """
CREATE TABLE secret (id {bigint} PRIMARY KEY, bytes {bytes} NOT NULL, made_day {bigint} NOT NULL);
CREATE TABLE own_secret (name {text} PRIMARY KEY, bytes {bytes} NOT NULL);
"""

REGISTER = """
CREATE TABLE register_meta (name {text} PRIMARY KEY, value {text} NOT NULL);
CREATE TABLE sub (
  submission {text} PRIMARY KEY,
  kind {text} NOT NULL,
  form {text} NOT NULL,
  subject {text} NOT NULL,
  replaces {text},
  stamp {bigint} NOT NULL,
  known_day {bigint} NOT NULL,
  made_day {bigint} NOT NULL,
  place {text} NOT NULL,
  author {text} NOT NULL
);
CREATE INDEX sub_replaces ON sub (replaces);
CREATE INDEX sub_subject ON sub (subject);
CREATE TABLE answer (
  submission {text} NOT NULL,
  subject {text} NOT NULL,
  code {text} NOT NULL,
  day {bigint} NOT NULL,
  day_last {bigint} NOT NULL,
  at {bigint},
  ts {bigint} NOT NULL,
  precision {text} NOT NULL,
  num {double},
  txt {text},
  how {text} NOT NULL,
  "row" {text} NOT NULL
);
CREATE INDEX answer_subject ON answer (subject);
CREATE INDEX answer_submission ON answer (submission);
CREATE TABLE attribute_write (
  submission {text} NOT NULL,
  subject {text} NOT NULL,
  name {text} NOT NULL,
  value {text} NOT NULL,
  base {text},
  has_base {bigint} NOT NULL
);
CREATE INDEX attribute_write_subject ON attribute_write (subject);
CREATE INDEX attribute_write_submission ON attribute_write (submission);
CREATE TABLE speaks_of (submission {text} NOT NULL, subject {text} NOT NULL, PRIMARY KEY (subject, submission));
CREATE INDEX speaks_of_submission ON speaks_of (submission);
CREATE TABLE merge_edge (
  submission {text} PRIMARY KEY,
  kind {text} NOT NULL,
  a {text} NOT NULL,
  b {text} NOT NULL,
  stamp {bigint} NOT NULL
);
CREATE INDEX merge_edge_a ON merge_edge (a);
CREATE INDEX merge_edge_b ON merge_edge (b);
CREATE TABLE corrected (
  member {text} PRIMARY KEY, root {text} NOT NULL, stamp {bigint} NOT NULL, leaf {bigint} NOT NULL, rank {bigint} NOT NULL
);
CREATE TABLE alias (subject {text} PRIMARY KEY, canonical {text} NOT NULL);
CREATE INDEX alias_canonical ON alias (canonical);
CREATE TABLE points_at (
  target {text} NOT NULL, subject {text} NOT NULL, submission {text} NOT NULL, PRIMARY KEY (target, subject, submission)
);
CREATE INDEX points_at_submission ON points_at (submission);
CREATE INDEX points_at_subject ON points_at (subject);
CREATE TABLE made (
  subject {text} NOT NULL, submission {text} NOT NULL, kind {text} NOT NULL, PRIMARY KEY (subject, submission)
);
CREATE INDEX made_submission ON made (submission);
CREATE TABLE unread (submission {text} NOT NULL, n {bigint} NOT NULL, problem {text} NOT NULL);
CREATE INDEX unread_submission ON unread (submission);
CREATE TABLE dirty (subject {text} PRIMARY KEY, stage {bigint} NOT NULL);
CREATE INDEX dirty_stage ON dirty (stage);
CREATE TABLE fact (
  subject {text} NOT NULL,
  episode {text} NOT NULL,
  code {text} NOT NULL,
  day {bigint} NOT NULL,
  day_last {bigint} NOT NULL,
  at {bigint},
  ts {bigint} NOT NULL,
  precision {text} NOT NULL,
  num {double},
  txt {text},
  how {text} NOT NULL,
  "row" {text} NOT NULL,
  submission {text} NOT NULL
);
CREATE INDEX fact_subject ON fact (subject);
CREATE TABLE relation (
  subject {text} NOT NULL,
  episode {text} NOT NULL,
  name {text} NOT NULL,
  target {text} NOT NULL,
  target_episode {text} NOT NULL
);
CREATE INDEX relation_subject ON relation (subject);
CREATE INDEX relation_target ON relation (target);
CREATE TABLE attribute (
  subject {text} NOT NULL,
  name {text} NOT NULL,
  value {text} NOT NULL,
  submission {text} NOT NULL,
  written_of {text} NOT NULL,
  shown {bigint} NOT NULL
);
CREATE INDEX attribute_subject ON attribute (subject);
CREATE TABLE subject (subject {text} PRIMARY KEY, kind {text} NOT NULL);
CREATE TABLE home (
  subject {text} NOT NULL,
  place {text} NOT NULL,
  told_on {bigint} NOT NULL,
  valid_from {bigint} NOT NULL,
  valid_to {bigint} NOT NULL
);
CREATE INDEX home_subject ON home (subject);
CREATE INDEX home_place ON home (place);
CREATE TABLE step (
  subject {text} NOT NULL,
  episode {text} NOT NULL,
  pathway {text} NOT NULL,
  step {text} NOT NULL,
  n {bigint} NOT NULL,
  since {bigint},
  until {bigint},
  until_why {text},
  rule {text},
  clock {text},
  opens {bigint},
  due {bigint},
  overdue {bigint},
  closes {bigint},
  done_on {bigint},
  done_by {text},
  waits_for {text},
  urgency {text},
  compartment {text}
);
CREATE INDEX step_subject ON step (subject);
CREATE TABLE changed (subject {text} PRIMARY KEY, n {bigint} NOT NULL);
CREATE INDEX changed_n ON changed (n);
CREATE TABLE lived (subject {text} NOT NULL, place {text} NOT NULL, PRIMARY KEY (subject, place));
"""

PLACES = """
CREATE TABLE place_unit (
  id {text} PRIMARY KEY,
  tree {text} NOT NULL,
  kind {text} NOT NULL,
  code {text} NOT NULL,
  name {text} NOT NULL,
  names {text} NOT NULL,
  valid_from {bigint} NOT NULL,
  valid_to {bigint} NOT NULL,
  lat {double},
  lon {double},
  approximate {bigint} NOT NULL,
  invented {bigint} NOT NULL,
  zone {text} NOT NULL
);
CREATE INDEX place_unit_code ON place_unit (code);
CREATE TABLE place_link (
  child {text} NOT NULL, parent {text} NOT NULL, tree {text} NOT NULL, valid_from {bigint} NOT NULL, valid_to {bigint} NOT NULL
);
CREATE TABLE place_succession (old {text} NOT NULL, new {text} NOT NULL, day {bigint} NOT NULL, is_default {bigint} NOT NULL);
CREATE TABLE place_closure (
  ancestor {text} NOT NULL, descendant {text} NOT NULL, tree {text} NOT NULL,
  valid_from {bigint} NOT NULL, valid_to {bigint} NOT NULL
);
CREATE INDEX place_closure_down ON place_closure (ancestor, tree);
CREATE INDEX place_closure_up ON place_closure (descendant);
"""

# Who is being worked out. The planner is told that there are few of them, once: it then always starts from here.
TOUCHED = """
CREATE TEMPORARY TABLE touched (subject {text} NOT NULL);
INSERT INTO touched (subject) VALUES ('1'), ('2'), ('3'), ('4'), ('5'), ('6'), ('7'), ('8');
ANALYZE touched;
DELETE FROM touched;
CREATE TEMPORARY TABLE tree_sub (
  submission {text}, kind {text}, form {text}, subject {text}, replaces {text}, stamp {bigint}
);
"""

SCRIPTS = {"log": LOG, "keys": KEYS, "register": REGISTER, "places": PLACES}
METAS = {"log": "log_meta", "keys": "own_secret", "register": "register_meta", "places": "place_unit"}


def tables(store: str) -> list[str]:
    """Names of the tables of one store, in the order of the script."""
    return [line.split()[2] for line in SCRIPTS[store].splitlines() if line.startswith("CREATE TABLE")]


def temporary(dialect: str) -> str:
    """What every connection to the register needs of its own."""
    return ddl(TOUCHED, dialect)


@cache
def column_types() -> dict[tuple[str, str], str]:
    """(table, column) -> text, bigint, double, bytes or serial, of every table here."""
    found = {}
    for script in (*SCRIPTS.values(), TOUCHED):
        for table, inside in re.findall(r"CREATE (?:TEMPORARY )?TABLE (\w+) \((.*?)\);", script, re.DOTALL):
            for column, kind in re.findall(r"\"?(\w+)\"? \{(\w+)\}", inside):
                found[table, column] = kind
    return found


def exists(connection: Connection, table: str) -> bool:
    """Whether this table is there."""
    if connection.dialect == "postgres":
        found = "SELECT to_regclass(quote_ident(current_schema()) || '.' || quote_ident(?))::text"
        return value(connection, found, [table]) is not None
    return value(connection, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [table]) is not None


def make(connection: Connection, store: str) -> bool:
    """Makes the tables of one store unless they are there; whether it made them."""
    if store == "register" and _outdated(connection):
        drop(connection, store)
    if exists(connection, METAS[store]):
        return False
    connection.script(ddl(SCRIPTS[store], connection.dialect))
    if store == "register":
        told = {"tables": _tables_hash(), "generation": secrets.token_hex(8)}
        connection.insert("register_meta", ("name", "value"), list(told.items()))
    return True


def _outdated(connection: Connection) -> bool:
    """Whether the register was made by another version of Doorstep: it is thrown away then, and worked out again."""
    if not exists(connection, METAS["register"]):
        return False
    return value(connection, "SELECT value FROM register_meta WHERE name = 'tables'") != _tables_hash()


def _tables_hash() -> str:
    return hashlib.sha256(REGISTER.encode()).hexdigest()


def drop(connection: Connection, store: str) -> None:
    """Removes the tables of one store."""
    for table in reversed(tables(store)):
        if exists(connection, table):
            connection.run(f"DROP TABLE {table}")
