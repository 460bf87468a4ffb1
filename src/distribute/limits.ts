/**
 * Every bound of the HTTP side in one place. A request meets them in this order: connections, header
 * bytes, header time, URL, body, waiting, sending. Numbers in `docs/spec/http.md` are tested against these.
 */

/** Connections that may be open at one time; one more is closed unanswered. */
export const MAX_CONNECTIONS = 10_000
/** Connections one address may hold; behind a reverse proxy raise it with `--max-connections-per-address`. */
export const MAX_CONNECTIONS_PER_ADDRESS = 256
/** Connections the kernel may queue while the loop is busy. */
export const LISTEN_BACKLOG = 1024

/** Bytes of the request line and all headers; more is answered 431. */
export const MAX_HEADER_BYTES = 16 * 1024
/** Headers of one request that are looked at; a request with more is answered 431. */
export const MAX_HEADERS = 64
/** Bytes of the request target; more is answered 414. */
export const MAX_URL_BYTES = 2048

/** Of what people use: with the codes of issuers of single sign-on addresses are longer. */
export const MAX_PEOPLE_URL_BYTES = 8192
/** Bytes of a request's body. Nothing here takes one, so any body is answered 413. */
export const MAX_BODY_BYTES = 0

/** Time from the first byte of a request to the end of its headers. */
export const HEADERS_TIMEOUT_MS = 10_000
/** Time from the first byte of a request to its last; of bodies that people send, `console/limits.ts` has others. */
export const REQUEST_TIMEOUT_MS = 15_000
/** How long an idle connection is kept. More than the 60 s that common proxies reuse one for. */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000
/** How often connections are checked against the two times above. */
export const TIMEOUT_CHECK_INTERVAL_MS = 2_000
/** A reader that takes no byte for this long is cut off. */
export const WRITE_IDLE_TIMEOUT_MS = 60_000
/** How long running responses may go on after SIGTERM. */
export const STOP_TIMEOUT_MS = 30_000

/** A file up to this size is kept in the memory for small files. */
export const SMALL_FILE_BYTES = 64 * 1024
/** A file up to this size is kept whole in memory; a larger one is streamed from disk. */
export const LARGE_FILE_BYTES = 64 * 1024 * 1024
/** Memory for small and for large files: a scan of large ones cannot push out the small, hot ones. */
export const SMALL_MEMORY_BYTES = 32 * 1024 * 1024
export const LARGE_MEMORY_BYTES = 64 * 1024 * 1024
/** Answers whose headers are kept ready. */
export const MAX_PREPARED = 8192
/** Bytes read and written at a time when a file is streamed. */
export const STREAM_CHUNK_BYTES = 1024 * 1024

/** How often a running server asks the database whether a command has changed it: some microseconds, and all that waits for it are people who want a name blocked. */
export const LOOK_INTERVAL_MS = 10
/** How often it looks for files that commands have changed. */
export const POLL_INTERVAL_MS = 50
/** How long a request waits for an export that is being made; then 503 with `Retry-After`. */
export const EXPORT_WAIT_MS = 45_000
/** Exports that may wait to be made; one more is answered 503 at once. */
export const MAX_EXPORTS_WAITING = 64
/** Older serials of a list whose exports are kept on disk beside the newest one's. */
export const KEPT_EXPORT_SERIALS = 8
/** `Retry-After` of a 503, in seconds. */
export const RETRY_AFTER_S = 5

/** Entries, changes or publications in one page of the API. */
export const DEFAULT_PAGE = 100
export const MAX_PAGE = 1000
/** How long a question to the history may take; then 503. */
export const HISTORY_TIMEOUT_MS = 10_000
/** Questions to the history that may wait; one more is answered 503 at once. */
export const MAX_HISTORY_WAITING = 128

/** Memory for zones, and for differences between their serials. A million names take some 30 MiB. */
export const ZONE_MEMORY_BYTES = 64 * 1024 * 1024
export const DIFFERENCE_MEMORY_BYTES = 16 * 1024 * 1024
/** How long a secondary waits for a difference that is being made; then it gets the whole zone. */
export const DIFFERENCE_WAIT_MS = 10_000
