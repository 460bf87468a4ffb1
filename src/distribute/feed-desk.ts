import { Fault } from '../core/fault.ts'
import type { Clock } from '../platform/clock.ts'
import { mayRead, type Catalog, type ServedList } from './catalog.ts'
import { ExportQueue } from './export-queue.ts'
import * as limits from './limits.ts'
import type { Target } from './parse-path.ts'
import type {
  ExportFiles,
  ExportMaker,
  PublicationSource,
  Publication,
  Subscriber,
} from './ports.ts'
import type { Prepared, PreparedAnswers } from './prepared-answers.ts'
import { prepareFeed, type PreparedFeed } from './prepare-feed.ts'

export interface FeedDeskDeps {
  readonly catalog: () => Catalog
  readonly exports: ExportMaker
  readonly publications: Pick<PublicationSource, 'find'>
  readonly formats: readonly string[]
  readonly ready: PreparedAnswers
  readonly now: Clock
  readonly onFault: (error: unknown) => void
}

type FeedTarget = Extract<Target, { at: 'feed' }>

/** A format that nobody asked for this long is not made again ahead of demand. */
const DEMAND_MS = 24 * 3600 * 1000

/**
 * Has feeds made at first demand, keeps them, and has those that are in demand made anew as soon as there is a
 * new serial. A feed and its signature always come from one making of one serial.
 */
export class FeedDesk {
  readonly #deps: FeedDeskDeps
  readonly #queue: ExportQueue
  /** When each `<row id> <format>` was last asked for. */
  readonly #demanded = new Map<string, Date>()
  /** Serials before the newest that were asked for, by list, the latest asked first. */
  readonly #pastSerials = new Map<number, number[]>()

  constructor(deps: FeedDeskDeps) {
    this.#deps = deps
    const { exports: maker, onFault } = deps
    this.#queue = new ExportQueue({ maker, onFault, maxWaiting: limits.MAX_EXPORTS_WAITING })
  }

  /** Exports that wait to be made. */
  get waiting(): number {
    return this.#queue.length
  }

  /**
   * What is sent for the feed or the signature that `target` names; waits while it is being made.
   * Faults: `list/not-found`, `serve/not-found`, `request/invalid`, `snapshot/not-found`, `serve/busy`.
   */
  async prepare(target: FeedTarget, subscriber: Subscriber | null): Promise<Prepared> {
    const deadline = Date.now() + limits.EXPORT_WAIT_MS
    for (;;) {
      const list = this.#visibleList(target, subscriber)
      const publication = this.#publicationOf(list, target)
      const known = this.#deps.ready.get(urlOf(target))
      if (known !== undefined) return known
      const files = await this.#demand(list, target, publication.serial, deadline)
      const isFixed = target.serial !== 'newest'
      const made = await prepareFeed({ list, format: target.format, publication, files, isFixed })
      // While it was being made the list may have changed: then the right answer is another.
      if (this.#hasChanged(list, isFixed)) continue
      const prepared = target.isSignature ? made.signature : made.feed
      if (prepared === null) throw new Fault('serve/not-found', 'expected a signature, got none')
      this.#keep(target, made)
      return prepared
    }
  }

  /** Has what is in demand made for the new serial, and drops what is too old to keep. */
  onNewSerial(list: ServedList): void {
    if (list.latest === null) return
    const since = this.#deps.now().getTime() - DEMAND_MS
    this.#queue.forgetOlder(list, list.latest.serial)
    for (const format of this.#deps.formats) {
      const askedAt = this.#demanded.get(`${list.rowId} ${format}`)
      if (askedAt !== undefined && askedAt.getTime() >= since) {
        this.#queue.prepare(list, format, list.latest.serial)
      }
    }
    this.#rememberSerial(list, list.latest.serial - 1)
  }

  /**
   * Looks at the feeds in demand once more, in the background: a signature whose end comes near is made
   * again, and takes the place of the old one.
   */
  async renew(): Promise<void> {
    for (const { id, rowId, latest } of this.#deps.catalog().lists) {
      for (const format of this.#deps.formats) {
        if (latest === null || !this.#demanded.has(`${rowId} ${format}`)) continue
        const list = this.#deps.catalog().byId.get(id)
        if (list?.latest?.serial !== latest.serial) continue
        const files = await this.#queue.demand(list, format, latest.serial)
        const made = await prepareFeed({
          ...{ list, format, publication: latest, files, isFixed: false },
        })
        if (this.#hasChanged(list, false)) continue
        this.#keep({ list: id, format, serial: 'newest' }, made)
      }
    }
  }

  #keep(target: Omit<FeedTarget, 'at' | 'isSignature'>, made: PreparedFeed): void {
    this.#deps.ready.set(urlOf({ ...target, isSignature: false }), made.feed)
    if (made.signature !== null) {
      this.#deps.ready.set(urlOf({ ...target, isSignature: true }), made.signature)
    }
  }

  #visibleList(target: FeedTarget, subscriber: Subscriber | null): ServedList {
    const list = this.#deps.catalog().byId.get(target.list)
    if (list === undefined || !mayRead(list, subscriber)) throw noSuchList()
    if (!this.#deps.formats.includes(target.format)) {
      throw new Fault(
        'serve/not-found',
        `expected one of ${this.#deps.formats.join(', ')}, got ${JSON.stringify(target.format)}`,
      )
    }
    return list
  }

  #publicationOf(list: ServedList, { serial }: FeedTarget): Publication {
    if (serial === 'invalid') {
      throw new Fault('request/invalid', 'expected no query, or serial= and a number from 1')
    }
    if (serial === 'newest' || serial === list.latest?.serial) {
      if (list.latest !== null) return list.latest
      throw new Fault('snapshot/not-found', `expected a serial of ${list.id}, got none so far`)
    }
    const publication = this.#deps.publications.find(list.rowId, serial)
    if (publication !== null) return publication
    throw new Fault(
      'snapshot/not-found',
      `expected a serial of ${list.id} from 1 to ${list.latest?.serial ?? 0}, got ${serial}`,
    )
  }

  async #demand(
    list: ServedList,
    target: FeedTarget,
    serial: number,
    deadline: number,
  ): Promise<ExportFiles> {
    if (serial === list.latest?.serial) {
      this.#demanded.set(`${list.rowId} ${target.format}`, this.#deps.now())
    } else {
      this.#rememberSerial(list, serial)
    }
    return within(this.#queue.demand(list, target.format, serial), deadline - Date.now())
  }

  /** Whether the list has another serial now, unless that doesn't matter, or another visibility. */
  #hasChanged({ id, latest, definition }: ServedList, isFixed: boolean): boolean {
    const now = this.#deps.catalog().byId.get(id)
    if (now?.definition.visibility !== definition.visibility) return true
    return !isFixed && now.latest?.serial !== latest?.serial
  }

  // Past serials are made on demand too; what was not asked for lately is dropped from the disk.
  #rememberSerial(list: ServedList, serial: number): void {
    const before = this.#pastSerials.get(list.rowId) ?? []
    const serials = [serial, ...before.filter((other) => other !== serial)]
    const kept = serials.slice(0, limits.KEPT_EXPORT_SERIALS)
    this.#pastSerials.set(list.rowId, kept)
    if (before.includes(serial)) return
    const newest = list.latest === null ? [] : [list.latest.serial]
    this.#deps.exports.keepOnly(list, [...newest, ...kept]).catch(this.#deps.onFault)
  }
}

/** The URL under which what `target` names stands ready. */
function urlOf({ list, format, isSignature, serial }: Omit<FeedTarget, 'at'>): string {
  const query = serial === 'newest' ? '' : `?serial=${serial}`
  return `/feeds/${list}/${format}${isSignature ? '.minisig' : ''}${query}`
}

// The same words for a list that is not there and for one that may not be seen.
function noSuchList(): Fault {
  return new Fault('list/not-found', 'expected the id of a list that is served here, got another')
}

function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Fault('serve/busy', 'expected the export to be made by now, got a long queue'))
    }, timeoutMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
