/** Everything that an audit takes from a source, or from a file that somebody sent, has a limit here (`docs/audit.md` §8). */

/** Findings that are kept; the others are counted. */
export const MAX_FINDINGS = 1000

/** No finding quotes more than so many characters of what it met. */
export const MAX_TOLD_LENGTH = 600

/** Bytes of one metadata file. */
export const MAX_ROOT_BYTES = 512_000
export const MAX_TIMESTAMP_BYTES = 16_384
export const MAX_SNAPSHOT_ROLE_BYTES = 2_000_000
export const MAX_TARGETS_BYTES = 5_000_000

/** Leaves that a log may begin with, in an order of their own. */
export const MAX_BEGINNING = 1_000_000

/** Versions of root that are walked. */
export const MAX_ROOTS = 1024

/** Bytes of a target as it is published, and after decompression. */
export const MAX_TARGET_BYTES = 2 ** 31
export const MAX_RAW_BYTES = 2 ** 33

/** Bytes of a delta after decompression, which is held in memory. */
export const MAX_DELTA_BYTES = 2 ** 28

/** Bytes of a public definition, of the key of exports. */
export const MAX_SMALL_TARGET_BYTES = 262_144

/** Bytes of an export. */
export const MAX_EXPORT_BYTES = 2 ** 34

/** Deltas that are applied in one pass, by their number and their bytes. */
export const MAX_STEPS_IN_PASS = 64
export const MAX_STEP_BYTES_IN_PASS = 2 ** 26

/** Deltas that are composed at once, by the bytes of their lines. */
export const MAX_COMPOSED_BYTES = 2 ** 27

/** Entries of a list whose proof tree is held in memory and compared at each serial; of a longer one, at its last. */
export const MAX_FOLLOWED_ENTRIES = 2 ** 14

/** Files of a bundle. */
export const MAX_BUNDLE_FILES = 5_000_000

/** Alarms of one look of a monitor; the other findings are counted. */
export const MAX_ALARMS = 20

/** All that is read from a source in one run: bytes, files, time. */
export const MAX_SOURCE_BYTES = 2 ** 41
export const MAX_SOURCE_FILES = 50_000_000
export const MAX_RUN_MS = 24 * 3_600_000

/** One file from a URL: time in all, until the connection stands, and between two pieces. */
export const FILE_TIMEOUT_MS = 600_000
export const CONNECT_TIMEOUT_MS = 10_000
export const IDLE_TIMEOUT_MS = 60_000

/** After so many files in a row that could not be had, the audit gives up. */
export const MAX_FAILURES_IN_ROW = 20

/** Files that are asked for at once. */
export const FILES_AT_ONCE = 8
