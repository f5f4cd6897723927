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
CREATE TABLE pack (hash {text} PRIMARY KEY, content {bytes} NOT NULL, added_at {bigint} NOT NULL);
CREATE TABLE pack_release (n {serial}, pack {text} NOT NULL, released_at {bigint} NOT NULL);
