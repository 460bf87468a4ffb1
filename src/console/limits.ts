/**
 * Every bound of signing in, in one place; those in `docs/spec/api.md` §3 are tested against these.
 */

/** Bytes of a request's body; more is answered 413. */
export const MAX_BODY_BYTES = 16 * 1024

/** Bytes of whatever body, an uploaded list included, before its route has a look at it; more is answered 413. */
export const MAX_UPLOAD_BYTES = 33 * 1024 * 1024

/**
 * How fast a body must come: in 15 seconds, and a second more for each 8 KiB that are there; so 256 kbit/s is enough for whatever may be
 * uploaded. After half an hour it must be whole.
 */
export const BODY_PACE = { graceMs: 15_000, bytesPerSecond: 8 * 1024, maxMs: 30 * 60_000 } as const

/** Of what people upload to import it (`docs/spec/import.md` §10). */
export const UPLOAD_LIMITS = {
  /** Bytes of one file; a request has some more around it. */
  bytes: 32 * 1024 * 1024,
  /** How long it is kept for who has uploaded it. */
  keptMs: 60 * 60_000,
  /** Files of one person; the oldest goes. */
  perPerson: 5,
  /** Characters of a file's name that are kept. */
  nameLength: 120,
} as const

/** Requests of people that may wait for an answer; one more is answered 503. */
export const MAX_REQUESTS_WAITING = 256

/** How long an answer may make no progress; then 503. Longer than publishing at once waits for witnesses. */
export const ANSWER_IDLE_MS = 120_000

/** How long the thread may take to end what it does when the server stops. */
export const CLOSE_PATIENCE_MS = 5_000

/** Characters of a password. */
export const MIN_PASSWORD_LENGTH = 12
export const MAX_PASSWORD_LENGTH = 256

/** Passkeys of one user. */
export const MAX_PASSKEYS = 20

/** Characters of the name that a user gives a passkey. */
export const MAX_PASSKEY_NAME_LENGTH = 64

/** How long what a passkey is to sign may be answered, and how many wait for it: of one network, the oldest of which goes, and of all. */
export const CHALLENGES = { lifeMs: 5 * 60_000, perNetwork: 50, atOnce: 10_000 } as const

/** How long after signing in how somebody signs in may be changed without the password. */
export const FRESH_SESSION_MS = 5 * 60_000

/** Days that an API key may work. */
export const MAX_KEY_DAYS = 366

/** Passwords that are hashed at once, and that wait for it; one more is answered 503. */
export const HASHES = { atOnce: 2, waiting: 64 }

/** How long a write waits for others' before 503, and how long between tries. */
export const BUSY_WAIT_MS = 5_000
export const BUSY_PAUSE_MS = 20

/** How much later an API key's use is noted again. */
export const TOUCH_INTERVAL_MS = 5 * 60_000

/** Tries that may be made at once, and how long until one more may be made. */
export interface Allowance {
  readonly tries: number
  readonly everyMs: number
}

/** Of one address, at whatever account. */
export const PER_ADDRESS: Allowance = { tries: 20, everyMs: 3_000 }
/** Of one address at one account. */
export const PER_ADDRESS_AND_ACCOUNT: Allowance = { tries: 5, everyMs: 60_000 }
/** At one account from all addresses together, but for those from where it was signed in to before. */
export const PER_ACCOUNT: Allowance = { tries: 100, everyMs: 36_000 }
/** Of one address, of appeals and of messages in them. */
export const APPEALS_PER_ADDRESS: Allowance = { tries: 5, everyMs: 600_000 }
/** Of one site of IPv6, a /48, which is what one customer gets at most; of IPv4 the address is all that there is. */
export const APPEALS_PER_SITE: Allowance = { tries: 50, everyMs: 60_000 }
/** What is remembered of each kind; the oldest is forgotten. */
export const MAX_REMEMBERED = 10_000

/** Of one address, of visits to issuers that are begun and of answers that come back. */
export const VISITS_PER_ADDRESS: Allowance = { tries: 20, everyMs: 6_000 }
/** How long the answer of an issuer is waited for. */
export const FLOW_LIFE_MS = 10 * 60_000
/** Visits to issuers whose answer is waited for, of all and of one address; the oldest goes. */
export const MAX_FLOWS = 10_000
export const MAX_FLOWS_PER_ADDRESS = 50
/** Of one exchange with an issuer: bytes of its answer, and time. */
export const ISSUER_BYTES = 256 * 1024
export const ISSUER_TIMEOUT_MS = 8_000
/** How long what an issuer tells of itself is kept, and after a failure how long it isn't asked again. */
export const DISCOVERY_LIFE_MS = 60 * 60_000
export const DISCOVERY_PAUSE_MS = 5_000
/** How far the clock of an issuer may be off. */
export const CLOCK_TOLERANCE_S = 30
/** Bytes of a file with a client secret. */
export const MAX_CLIENT_SECRET_BYTES = 1024
