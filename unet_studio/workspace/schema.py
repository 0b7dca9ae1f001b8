"""The tables of the database, as the newest format number has them."""

from __future__ import annotations

SCHEMA_VERSION = 4

_CASES = """
CREATE TABLE cases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path NOT NULL,                       -- number of the file in the linking table; no name stands here
    frame INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    guess TEXT,                          -- Target guessed from the picture
    image_hash TEXT NOT NULL DEFAULT '',
    rows INTEGER NOT NULL DEFAULT 0,
    columns INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',      -- why it cannot be read, with {file} for its name
    added TEXT NOT NULL,
    video INTEGER NOT NULL DEFAULT 0,    -- frames come to the worklist when they are asked for
    UNIQUE (path, frame)
)"""

_STATUSES = """
CREATE TABLE statuses (
    case_id INTEGER NOT NULL REFERENCES cases (id),
    reader TEXT NOT NULL,
    target TEXT NOT NULL,                -- '' while no Target is known
    status TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    changed TEXT NOT NULL,
    PRIMARY KEY (case_id, reader, target)
)"""

_CHOICES = """
CREATE TABLE choices (                   -- the Target that a reader chose for a case
    case_id INTEGER NOT NULL REFERENCES cases (id),
    reader TEXT NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (case_id, reader)
)"""

_IMAGES = """
CREATE TABLE images (
    hash TEXT PRIMARY KEY,
    file TEXT NOT NULL,                  -- inside the workspace, with / between folders
    facts_file TEXT NOT NULL,
    sha256 TEXT NOT NULL,                -- of the file's bytes
    group_hash TEXT NOT NULL DEFAULT '', -- salted: patient, study or video, '' where none is known
    kept TEXT NOT NULL
)"""

_PROPOSALS = """
CREATE TABLE proposals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image_hash TEXT NOT NULL,
    target TEXT NOT NULL,
    model_id TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    file TEXT NOT NULL,
    rows INTEGER NOT NULL,
    columns INTEGER NOT NULL,
    device TEXT NOT NULL,
    seconds REAL NOT NULL,
    note TEXT NOT NULL,
    made TEXT NOT NULL
)"""

_CORRECTIONS = """
CREATE TABLE corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image_hash TEXT NOT NULL REFERENCES images (hash),
    target TEXT NOT NULL,
    reader TEXT NOT NULL,
    accepted_at TEXT NOT NULL,
    state TEXT NOT NULL,
    side TEXT NOT NULL,
    group_hash TEXT NOT NULL REFERENCES groups (hash),
    model_id TEXT NOT NULL,
    proposal_id INTEGER REFERENCES proposals (id),
    threshold REAL,
    changed INTEGER NOT NULL,
    empty INTEGER NOT NULL,
    strokes INTEGER NOT NULL,
    active_seconds REAL NOT NULL,
    wall_seconds REAL NOT NULL,
    changed_pixels INTEGER NOT NULL,
    source_name TEXT NOT NULL,           -- number of the file in the linking table
    source_sha256 TEXT NOT NULL,
    mask_file TEXT NOT NULL,
    touched_file TEXT NOT NULL,
    journal_file TEXT NOT NULL DEFAULT '',   -- where the draft's journal is put away
    before TEXT NOT NULL DEFAULT '[]',       -- JSON: statuses of the picture's cases before it was accepted
    learned_by TEXT NOT NULL DEFAULT '',     -- the last Model version that learned from it
    replaced_by INTEGER REFERENCES corrections (id),
    taken_back TEXT NOT NULL DEFAULT ''      -- when its reader took it back, '' while it stands
)"""

_GROUPS = """
CREATE TABLE groups (
    hash TEXT PRIMARY KEY,               -- salted: patient, study or video
    side TEXT NOT NULL,
    seen TEXT NOT NULL
)"""

_VERSIONS = """
CREATE TABLE versions (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    number INTEGER NOT NULL,
    parent TEXT,
    origin TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    file TEXT NOT NULL DEFAULT '',       -- inside the workspace, '' while only the program has it
    program_file TEXT NOT NULL DEFAULT '',
    created TEXT NOT NULL,
    reason TEXT NOT NULL,
    metrics TEXT NOT NULL,
    corrections TEXT NOT NULL,
    device TEXT NOT NULL,
    seconds REAL NOT NULL,
    program_version TEXT NOT NULL,
    UNIQUE (target, number)
)"""

_ACTIVATIONS = """
CREATE TABLE activations (               -- the last row of a Target that is not undone names its active version
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    model_id TEXT NOT NULL REFERENCES versions (id),
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    undone TEXT NOT NULL DEFAULT ''      -- when it was rolled back
)"""

EFFORTS = """
CREATE TABLE efforts (                   -- what the newest doubt expects a reader to correct
    image_hash TEXT NOT NULL,
    target TEXT NOT NULL,
    model_id TEXT NOT NULL,
    effort REAL NOT NULL,                -- part of the picture, 0..1
    made TEXT NOT NULL,
    PRIMARY KEY (image_hash, target)
)"""

# --- format 3: the queue -----------------------------------------------------------------------------------------
LIKENESSES = """
CREATE TABLE IF NOT EXISTS likenesses (  -- what a kept picture looks like, so that a near-duplicate is known
    image_hash TEXT PRIMARY KEY REFERENCES images (hash),
    bits BLOB NOT NULL,                  -- b'' where the picture looks like nothing (one colour)
    follows TEXT NOT NULL DEFAULT ''     -- the picture whose side it took, '' where it is the first of its kind
)"""
CHECKS = """
CREATE TABLE IF NOT EXISTS checks (      -- whether a Correction looks like a slip
    correction_id INTEGER PRIMARY KEY REFERENCES corrections (id),
    measures TEXT NOT NULL DEFAULT '{}', -- JSON: how Proposal and Mask differ
    question TEXT NOT NULL DEFAULT '',   -- why it was set aside, '' where it was not
    answer TEXT NOT NULL DEFAULT ''      -- 'keep', 'withdraw' or 'flag', once its reader has said so
)"""
QUEUE_TABLES = (LIKENESSES, CHECKS)
# --- format 3: what happened to a version after it was made -------------------------------------------------------
VERSION_EVENTS = """
CREATE TABLE IF NOT EXISTS version_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model_id TEXT NOT NULL REFERENCES versions (id),
    kind TEXT NOT NULL,                  -- passed (the gate), declined, archived, restored
    reader TEXT NOT NULL DEFAULT '',     -- '' where no person did it
    reason TEXT NOT NULL DEFAULT '',
    at TEXT NOT NULL
)"""
# -------------------------------------------------------------------------------------------------------------------

# --- format 3: measures of Masks, kept because HD95 of thousands takes minutes --------------------------------------
MEASURES = """
CREATE TABLE IF NOT EXISTS measures (    -- may be emptied at any time: it is measured again
    correction_id INTEGER NOT NULL REFERENCES corrections (id),
    other_id INTEGER NOT NULL,           -- the Correction that it was compared with, 0 for its own Proposal
    rule INTEGER NOT NULL,               -- of measuring; a row of another rule counts for nothing
    rows INTEGER NOT NULL,
    columns INTEGER NOT NULL,
    row_mm REAL,                         -- size of a px, NULL where the picture does not tell
    column_mm REAL,
    area INTEGER NOT NULL,               -- px
    other_area INTEGER,                  -- the last three are NULL where there was no Proposal
    dice REAL,
    hd95 REAL,                           -- px of the picture
    PRIMARY KEY (correction_id, other_id)
)"""
# -------------------------------------------------------------------------------------------------------------------

# --- format 4: files of opened folders that are no rows of the worklist, and fingerprints that tell twins -----------
OTHERS = """
CREATE TABLE IF NOT EXISTS others (
    path INTEGER PRIMARY KEY,            -- number of the file in the linking table
    folder INTEGER NOT NULL,             -- number of the folder that a reader opened
    kind TEXT NOT NULL,                  -- other, report, damaged, twin, viewer, missing
    reason TEXT NOT NULL DEFAULT '',     -- with {file} for its name
    case_id INTEGER REFERENCES cases (id),   -- the row that stands for a twin
    added TEXT NOT NULL
)"""
LOOKS = """
CREATE TABLE IF NOT EXISTS looks (
    case_id INTEGER PRIMARY KEY REFERENCES cases (id),
    fingerprint TEXT NOT NULL            -- SHA-256 over some of the file's pixel bytes
)"""
LOOKS_INDEX = "CREATE INDEX IF NOT EXISTS looks_by_fingerprint ON looks (fingerprint)"
# -------------------------------------------------------------------------------------------------------------------

# --- format 4: names of patients and pictures in exports ------------------------------------------------------------
PSEUDONYMS = """
CREATE TABLE IF NOT EXISTS pseudonyms (  -- given once, for ever: P007_I002
    group_hash TEXT NOT NULL,            -- salted: patient, study or video
    source TEXT NOT NULL,                -- SHA-256 of the file
    patient INTEGER NOT NULL,
    picture INTEGER NOT NULL,
    PRIMARY KEY (group_hash, source),
    UNIQUE (patient, picture)
)"""
# -------------------------------------------------------------------------------------------------------------------

TABLES: tuple[str, ...] = (
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    _CASES,
    "CREATE INDEX cases_by_image ON cases (image_hash)",
    _STATUSES,
    _CHOICES,
    _IMAGES,
    _PROPOSALS,
    "CREATE INDEX proposals_by_image ON proposals (image_hash, target)",
    _GROUPS,
    _CORRECTIONS,
    "CREATE INDEX corrections_by_image ON corrections (image_hash, target, reader)",
    # at most one standing Correction of one (Image, Target, reader)
    "CREATE UNIQUE INDEX standing ON corrections (image_hash, target, reader)"
    " WHERE replaced_by IS NULL AND taken_back = ''",
    _VERSIONS,
    _ACTIVATIONS,
    EFFORTS,
    *QUEUE_TABLES,
    VERSION_EVENTS,
    MEASURES,
    OTHERS,
    LOOKS,
    LOOKS_INDEX,
    PSEUDONYMS,
)
