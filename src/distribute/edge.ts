import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { stat } from 'node:fs/promises'
import { Fault } from '../core/fault.ts'
import type { Clock } from '../platform/clock.ts'
import { acceptedCodings } from './accept-encoding.ts'
import { identifySubscriber, mayRead, readCatalog, type Catalog } from './catalog.ts'
import { FeedDesk } from './feed-desk.ts'
import { FileMemory } from './file-memory.ts'
import * as limits from './limits.ts'
import { openMetadata, openTarget, type Visibility } from './open-published-file.ts'
import { parsePath, POINTER_PATHS, type Target } from './parse-path.ts'
import type { CatalogSource, ExportMaker, PublicationSource, Subscriber } from './ports.ts'
import type { PullLedger } from './pulls/pull-ledger.ts'
import { TargetSerials } from './pulls/target-serials.ts'
import { chooseRepresentation, PreparedAnswers, type Prepared } from './prepared-answers.ts'
import { sendRepresentation } from './send-representation.ts'

export interface EdgeDeps {
  readonly source: CatalogSource
  /** `DATA/published`. */
  readonly published: string
  readonly exports: ExportMaker
  readonly publications: Pick<PublicationSource, 'find'>
  /** The export formats there are. */
  readonly formats: readonly string[]
  readonly now: Clock
  /** Told what subscribers have fetched; left out: nobody. */
  readonly pulls?: Pick<PullLedger, 'note'>
  /** What failed behind the scenes, when no request is there to be told. */
  readonly onFault: (error: unknown) => void
}

/** What was sent for a request: for counting. */
export interface Sent {
  readonly route: Prepared['route']
  readonly bytes: number
}

const MEMORY = {
  smallFileBytes: limits.SMALL_FILE_BYTES,
  smallBytes: limits.SMALL_MEMORY_BYTES,
  largeFileBytes: limits.LARGE_FILE_BYTES,
  largeBytes: limits.LARGE_MEMORY_BYTES,
}

/**
 * Serves what was published, as bytes: the TUF repository, the feeds and their signatures. It only reads, holds
 * no key, and learns what changed by `refresh`, which is cheap enough to call several times a second.
 *
 * The common case, a file that stands ready under the very URL that is asked for, is answered without
 * waiting for anything.
 */
export class Edge {
  readonly memory = new FileMemory(MEMORY)
  readonly #deps: EdgeDeps
  readonly #prepared = new PreparedAnswers(this.memory, limits.MAX_PREPARED)
  readonly #feeds: FeedDesk
  readonly #targetSerials = new TargetSerials()
  #catalog: Catalog
  #changeCounter: number
  readonly #pointerMarks = new Map<string, string>()
  /** Counts them. */
  #pointerChanges = 0

  constructor(deps: EdgeDeps) {
    this.#deps = deps
    this.#changeCounter = deps.source.changeCounter()
    this.#catalog = readCatalog(deps.source)
    this.#feeds = new FeedDesk({
      ...deps,
      catalog: () => this.#catalog,
      ready: this.#prepared,
    })
  }

  /** What there is to serve now. */
  get catalog(): Catalog {
    return this.#catalog
  }

  /** Exports that wait to be made. */
  get exportsWaiting(): number {
    return this.#feeds.waiting
  }

  /** Takes in what others have committed since; true if anything was. */
  refresh(): boolean {
    const counter = this.#deps.source.changeCounter()
    if (counter === this.#changeCounter) return false
    const before = this.#catalog
    this.#catalog = readCatalog(this.#deps.source)
    this.#changeCounter = counter
    this.#forgetChanged(before)
    return true
  }

  /** Has signatures of feeds made again whose end comes near; to be called every few hours. */
  renewFeeds(): Promise<void> {
    return this.#feeds.renew()
  }

  /** Takes in new pointers, such as `timestamp.json`: the published files that are ever replaced. */
  async refreshPointers(): Promise<void> {
    for (const pointer of POINTER_PATHS) {
      const mark = await stat(join(this.#deps.published, pointer), { bigint: true }).then(
        ({ ino, size, mtimeNs }) => `${ino} ${size} ${mtimeNs}`,
        () => '',
      )
      if (mark === this.#pointerMarks.get(pointer)) continue
      this.#pointerMarks.set(pointer, mark)
      this.#pointerChanges++
      this.#prepared.delete(`/${pointer}`)
    }
  }

  /**
   * Answers a GET or HEAD for a published file or a feed; null if `request` is for anything else.
   * Faults: `serve/not-found`, `list/not-found`, `snapshot/not-found`, `request/invalid`, `serve/busy`.
   */
  answer(request: IncomingMessage, response: ServerResponse): Sent | Promise<Sent> | null {
    const url = request.url ?? ''
    const ready = this.#prepared.get(url)
    const subscriber = ready === undefined ? null : this.#askerOf(ready, request)
    if (ready !== undefined && this.#mayServe(ready, subscriber)) {
      const sent = this.#send(ready, { request, response, subscriber })
      return sent instanceof Promise ? this.#orAgain(sent, url, request, response) : sent
    }
    return this.#answerUnprepared(url, request, response)
  }

  #answerUnprepared(
    url: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Sent> | null {
    const mark = url.indexOf('?')
    const path = mark === -1 ? url : url.slice(0, mark)
    const target = parsePath(path, mark === -1 ? null : url.slice(mark + 1))
    if (target.at === 'elsewhere') return null
    return this.#prepareAndSend(target, request, response)
  }

  // After it stood ready a file may be dropped, being too old to keep, or be a signature that was made
  // again: then everything is looked at anew, once.
  async #orAgain(
    sent: Promise<Sent>,
    url: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Sent> {
    try {
      return await sent
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      const isGone =
        code === 'ENOENT' || (code === 'serve/file-changed' && url.includes('.minisig'))
      this.#prepared.delete(url)
      const again =
        isGone && !response.headersSent ? this.#answerUnprepared(url, request, response) : null
      if (again === null) throw error
      return again
    }
  }

  async #prepareAndSend(
    target: Exclude<Target, { at: 'elsewhere' }>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Sent> {
    const subscriber = this.#identify(request)
    const isVisible = (place: string): Visibility | null => {
      const list = this.#catalog.byPlace.get(place)
      if (list === undefined || !mayRead(list, subscriber)) return null
      return list.definition.visibility === 'public' ? 'public' : 'private'
    }
    const prepared =
      target.at === 'feed'
        ? await this.#feeds.prepare(target, subscriber)
        : await this.#prepareFile(target, isVisible)
    return this.#send(prepared, { request, response, subscriber })
  }

  async #prepareFile(
    target: Exclude<Target, { at: 'elsewhere' | 'feed' }>,
    visibilityOf: (place: string) => Visibility | null,
  ): Promise<Prepared> {
    const { place, file } = target
    const url = `/${file}`
    const ready = this.#prepared.get(url)
    const visibility = place === null ? 'public' : visibilityOf(place)
    if (visibility === null) throw notFound()
    if (ready !== undefined) return ready
    const [catalog, pointers] = [this.#catalog, this.#pointerChanges]
    const identity =
      target.at === 'target'
        ? await openTarget(this.#files, { file, sha256: target.sha256 }, visibility)
        : await openMetadata(this.#files, file, {
            visibility,
            isPointer: target.at === 'pointer',
            ...(place !== null && { see: (body) => this.#targetSerials.learn(body) }),
          })
    if (identity === null) throw notFound()
    const list = place === null ? null : (this.#catalog.byPlace.get(place)?.id ?? null)
    const prepared: Prepared = {
      route: target.at === 'pointer' ? 'metadata' : target.at,
      serial: target.at === 'target' ? this.#targetSerials.of(target) : null,
      ...{ list, isRestricted: visibility === 'private', identity, gzip: null, br: null },
    }
    // What changed while the file was being opened, the list's visibility or the pointer, was not forgotten
    // then, because it did not stand ready yet: so it must not now.
    if (catalog === this.#catalog && pointers === this.#pointerChanges) {
      this.#prepared.set(url, prepared)
    }
    return prepared
  }

  #identify(request: IncomingMessage): Subscriber | null {
    const { authorization } = request.headers
    return identifySubscriber(this.#catalog, authorization, this.#deps.now())
  }

  get #files(): { readonly published: string; readonly memory: FileMemory } {
    return { published: this.#deps.published, memory: this.memory }
  }

  /** Who asks, where that is of any use; of the many who bring no token nothing is looked up. */
  #askerOf({ isRestricted }: Prepared, request: IncomingMessage): Subscriber | null {
    const isAsked = isRestricted || this.#deps.pulls !== undefined
    return isAsked && request.headers.authorization !== undefined ? this.#identify(request) : null
  }

  #mayServe({ isRestricted, list: id }: Prepared, subscriber: Subscriber | null): boolean {
    if (!isRestricted) return true
    const list = id === null ? undefined : this.#catalog.byId.get(id)
    return list !== undefined && mayRead(list, subscriber)
  }

  #send(prepared: Prepared, exchange: Exchange): Sent | Promise<Sent> {
    const { request, response } = exchange
    const accepted = acceptedCodings(request.headers['accept-encoding'])
    const representation = chooseRepresentation(prepared, accepted)
    const sent = sendRepresentation(this.memory, request, response, representation)
    const { route } = prepared
    if (typeof sent === 'number') {
      this.#note(prepared, exchange)
      return { route, bytes: sent }
    }
    return sent.then((bytes) => {
      this.#note(prepared, exchange)
      return { route, bytes }
    })
  }

  /** A subscriber has the serial that it was sent whole, or was told that it has. */
  #note({ list, serial }: Prepared, { request, response, subscriber }: Exchange): void {
    if (subscriber === null) return
    const { statusCode, writableEnded, destroyed } = response
    const isWhole = statusCode === 200 && request.method === 'GET' && writableEnded && !destroyed
    const isTaken = list !== null && serial !== null && (isWhole || statusCode === 304)
    const has = isTaken && subscriber.lists.includes(list) ? { list, serial } : null
    this.#deps.pulls?.note(subscriber.name, has)
  }

  #forgetChanged(before: Catalog): void {
    const { lists, byId } = this.#catalog
    const visibility = (catalog: Catalog, id: string): string | undefined =>
      catalog.byId.get(id)?.definition.visibility
    if (before.lists.some(({ id }) => visibility(before, id) !== visibility(this.#catalog, id))) {
      this.#prepared.clear()
    }
    for (const list of lists) {
      if (before.byId.get(list.id)?.latest?.serial === byId.get(list.id)?.latest?.serial) continue
      for (const format of this.#deps.formats) {
        this.#prepared.delete(`/feeds/${list.id}/${format}`)
        this.#prepared.delete(`/feeds/${list.id}/${format}.minisig`)
      }
      this.#feeds.onNewSerial(list)
    }
  }
}

/** A request for something that is ready, and who makes it. */
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly subscriber: Subscriber | null
}

// The same words for what is not there and for what may not be seen.
function notFound(): Fault {
  return new Fault('serve/not-found', 'expected the path of something published, got another')
}
