import type { Clock } from '../../platform/clock.ts'
import { Fault } from '../../core/fault.ts'
import { LedgerFile, readLedger, secondaryId } from './ledger-file.ts'
import {
  newSecondary,
  type LastNotify,
  type LastTransfer,
  type Secondary,
  type SecondaryKey,
} from './secondary.ts'

export interface LedgerDeps {
  /** `DATA/secondaries.jsonl`. */
  readonly path: string
  readonly now: Clock
  readonly onFault: (fault: Fault) => void
  readonly limits?: LedgerLimits
}

export interface LedgerLimits {
  readonly maxRows: number
  readonly maxRowsPerSubscriber: number
  /** Places that one secondary was notified at. */
  readonly maxNotifies: number
  /** Rows of which nothing was heard for so long are dropped when the ledger is opened. */
  readonly forgetMs: number
}

export const LEDGER_LIMITS: LedgerLimits = {
  ...{ maxRows: 20_000, maxRowsPerSubscriber: 1_000, maxNotifies: 8 },
  forgetMs: 90 * 86_400_000,
}

export interface Asked {
  /** The key that it signed with; null for none. */
  readonly keyName: string | null
  /** The serial that it says it has; null if it did not say. */
  readonly has: number | null
  /**
   * False where the address may be somebody else's: over UDP, without a signature. Then nobody new is noted, or anybody could have us
   * note any number of addresses; and what it says it has is not believed.
   */
  readonly isSure: boolean
}

/** How often is written down when each secondary asked last. */
const FLUSH_INTERVAL_MS = 300_000

/**
 * What is known of each secondary: in memory for the serving, in a file for what comes after. It is bounded: whoever was heard of the
 * longest ago makes room. Where a secondary is not known, nothing is assumed of it.
 */
export class SecondaryLedger {
  readonly #deps: LedgerDeps
  readonly #limits: LedgerLimits
  /** By name, the one heard of the longest ago first. */
  readonly #rows = new Map<string, Secondary>()
  readonly #bySubscriber = new Map<string, Set<string>>()
  /** Rows that stand in the file as they were when they last mattered. */
  readonly #unwritten = new Set<string>()
  readonly #file: LedgerFile
  readonly #flushing: NodeJS.Timeout

  constructor(deps: LedgerDeps) {
    this.#deps = deps
    this.#limits = deps.limits ?? LEDGER_LIMITS
    this.#load()
    this.#file = new LedgerFile({
      ...{ path: deps.path, onFault: deps.onFault },
      ids: () => this.#rows.keys(),
      row: (id) => this.#rows.get(id),
    })
    this.#flushing = setInterval(() => this.flush(), FLUSH_INTERVAL_MS).unref()
  }

  get path(): string {
    return this.#deps.path
  }

  find(key: SecondaryKey): Secondary | undefined {
    return this.#rows.get(secondaryId(key))
  }

  all(): Iterable<Secondary> {
    return this.#rows.values()
  }

  /** Those of a subscriber, by zone and address. */
  of(subscriber: string): Secondary[] {
    const ids = [...(this.#bySubscriber.get(subscriber) ?? [])].sort()
    return ids.flatMap((id) => this.#rows.get(id) ?? [])
  }

  /** It asked for the zone. What was noted before is not written again for the time alone. */
  asked(key: SecondaryKey, { keyName, has, isSure }: Asked): void {
    const id = secondaryId(key)
    const known = this.#rows.get(id)
    if (known === undefined && !isSure) return
    const before = known ?? newSecondary(key)
    const serial = isSure && has !== null ? has : before.serial
    const row = { ...before, askedAtMs: this.#nowMs(), key: keyName, serial }
    this.#put(id, row)
    const isNews = known?.serial !== serial || known.key !== keyName
    if (isNews) this.#file.append(row)
    else this.#unwritten.add(id)
  }

  /** A whole transfer begins. Noted before its first byte goes out, so that a crash leaves the mark. */
  began(key: SecondaryKey): void {
    this.#change(key, ({ running }) => ({ running: running + 1 }))
    this.#file.sync()
  }

  /** A transfer ended, one way or the other. */
  ended(key: SecondaryKey, transfer: Omit<LastTransfer, 'atMs'>): void {
    const atMs = this.#nowMs()
    this.#change(key, ({ running, isBroken }) => {
      const isSent = transfer.outcome === 'sent'
      const { serial } = transfer
      return {
        transfer: { ...transfer, atMs },
        ...(isSent && { serial, given: { serial, atMs } }),
        ...(transfer.style === 'whole' && { running: Math.max(0, running - 1) }),
        // A cut difference harms nobody: it is not taken at all.
        isBroken: transfer.style === 'whole' ? !isSent : isBroken,
      }
    })
  }

  /** It was told of a serial at `to` (`ADDR:PORT`), and answered or not. */
  notified(key: SecondaryKey, to: string, notify: Omit<LastNotify, 'atMs'>): void {
    const atMs = this.#nowMs()
    this.#change(key, ({ notifies }) => {
      const others = Object.entries(notifies).filter(([place]) => place !== to)
      const kept = others.slice(Math.max(0, others.length + 1 - this.#limits.maxNotifies))
      return { notifies: { ...Object.fromEntries(kept), [to]: { ...notify, atMs } } }
    })
  }

  /** Writes down when each secondary asked last. */
  flush(): void {
    for (const id of this.#unwritten) {
      const row = this.#rows.get(id)
      if (row !== undefined) this.#file.append(row)
    }
    this.#unwritten.clear()
  }

  close(): void {
    clearInterval(this.#flushing)
    this.flush()
    this.#file.close()
  }

  #change(key: SecondaryKey, change: (row: Secondary) => Partial<Secondary>): void {
    const id = secondaryId(key)
    const before = this.#rows.get(id) ?? newSecondary(key)
    const row = { ...before, ...change(before) }
    this.#put(id, row)
    this.#unwritten.delete(id)
    this.#file.append(row)
  }

  #put(id: string, row: Secondary): void {
    this.#drop(id)
    const { subscriber } = row
    let own = this.#bySubscriber.get(subscriber)
    if (own === undefined) this.#bySubscriber.set(subscriber, (own = new Set()))
    own.add(id)
    this.#rows.set(id, row)
    const { maxRows, maxRowsPerSubscriber } = this.#limits
    if (own.size > maxRowsPerSubscriber) this.#drop(firstOf(own))
    if (this.#rows.size > maxRows) this.#drop(firstOf(this.#rows.keys()))
  }

  #drop(id: string | undefined): void {
    const row = id === undefined ? undefined : this.#rows.get(id)
    if (id === undefined || row === undefined) return
    this.#rows.delete(id)
    const own = this.#bySubscriber.get(row.subscriber)
    own?.delete(id)
    if (own?.size === 0) this.#bySubscriber.delete(row.subscriber)
  }

  #load(): void {
    const oldest = this.#nowMs() - this.#limits.forgetMs
    for (const row of readRows(this.#deps)) {
      const last = Math.max(row.askedAtMs ?? 0, row.transfer?.atMs ?? 0, ...notifiedAt(row))
      if (last < oldest && row.running === 0) continue
      // What was on its way when the process died was cut.
      this.#put(secondaryId(row), {
        ...row,
        running: 0,
        isBroken: row.isBroken || row.running > 0,
      })
    }
  }

  #nowMs(): number {
    return this.#deps.now().getTime()
  }
}

function readRows({ path, onFault }: LedgerDeps): readonly Secondary[] {
  try {
    return readLedger(path)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    onFault(
      new Fault('serve/ledger', `expected to read what secondaries did, got ${why}`, { cause }),
    )
    return []
  }
}

function notifiedAt({ notifies }: Secondary): number[] {
  return Object.values(notifies).map(({ atMs }) => atMs)
}

function firstOf<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item
  return undefined
}
