interface Serial {
  readonly serial: number
  readonly state: string
}

/** A list whose newest publication has a zone. */
export interface WantedZone extends Serial {
  readonly id: string
  readonly place: string
  readonly entries: number
}

export interface ZoneQueueDeps<Made> {
  /** Makes the zone of a list's newest publication, which may be a later one by then; null when that has none. */
  readonly make: (list: WantedZone) => Promise<Made | null>
  readonly onMade: (made: Made) => void
  /** Told once for each publication and reason, however often it is tried. */
  readonly onFault: (list: WantedZone, error: unknown) => void
}

/** A list whose newest zone is not there yet, and what it waits for. */
export interface BehindZone {
  readonly list: WantedZone
  /** Why it could not be made; null while it waits or is being made. */
  readonly fault: string | null
}

interface Failed {
  readonly mark: string
  readonly fault: string
  readonly tries: number
  readonly againAtMs: number
}

/** How soon a zone that could not be made is tried again; each time twice as late. */
const FIRST_RETRY_MS = 10_000
const LAST_RETRY_MS = 600_000

/**
 * Has zones made one after the other, small ones first, and of each list only the newest serial: what came while another was being
 * made is jumped over.
 */
export class ZoneQueue<Made extends Serial> {
  readonly #deps: ZoneQueueDeps<Made>
  readonly #now: () => number
  readonly #wanted = new Map<string, WantedZone>()
  readonly #made = new Map<string, Serial>()
  readonly #failed = new Map<string, Failed>()
  #isWorking = false

  constructor(deps: ZoneQueueDeps<Made>, now: () => number) {
    this.#deps = deps
    this.#now = now
  }

  /** What there should be from now on; to be called again whenever that may have changed. */
  update(lists: readonly WantedZone[]): void {
    this.#wanted.clear()
    for (const list of lists) this.#wanted.set(list.id, list)
    void this.#work()
  }

  /** Tries what failed again, where its time has come. */
  retry(): void {
    void this.#work()
  }

  behind(): BehindZone[] {
    return [...this.#wanted.values()]
      .filter((list) => !isMade(list, this.#made.get(list.id)))
      .map((list) => ({ list, fault: this.#failureOf(list)?.fault ?? null }))
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return
    this.#isWorking = true
    for (let next = this.#next(); next !== undefined; next = this.#next()) await this.#makeOne(next)
    this.#isWorking = false
  }

  #next(): WantedZone | undefined {
    const atMs = this.#now()
    return this.behind()
      .map(({ list }) => list)
      .filter((list) => (this.#failureOf(list)?.againAtMs ?? 0) <= atMs)
      .sort((a, b) => a.entries - b.entries)[0]
  }

  async #makeOne(list: WantedZone): Promise<void> {
    try {
      const made = await this.#deps.make(list)
      this.#failed.delete(list.id)
      this.#made.set(list.id, made ?? list)
      if (made !== null) this.#deps.onMade(made)
    } catch (error) {
      this.#fail(list, error)
    }
  }

  #fail(list: WantedZone, error: unknown): void {
    const before = this.#failureOf(list)
    const fault = nameOf(error)
    const tries = (before?.tries ?? 0) + 1
    const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** (tries - 1), LAST_RETRY_MS)
    const againAtMs = this.#now() + pauseMs
    this.#failed.set(list.id, { mark: markOf(list), fault, tries, againAtMs })
    // Nobody wants it any more when the server stops.
    if (this.#wanted.has(list.id) && before?.fault !== fault) this.#deps.onFault(list, error)
  }

  /** How the list's newest publication failed; failures of those before count no more. */
  #failureOf(list: WantedZone): Failed | undefined {
    const failed = this.#failed.get(list.id)
    return failed?.mark === markOf(list) ? failed : undefined
  }
}

// What was made may be of a later serial than was known here when it was wanted.
function isMade(wanted: Serial, made: Serial | undefined): boolean {
  if (made === undefined) return false
  return made.serial > wanted.serial || markOf(made) === markOf(wanted)
}

function markOf({ serial, state }: Serial): string {
  return `${serial} ${state}`
}

function nameOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'bug'
}
