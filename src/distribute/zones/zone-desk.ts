import { Fault } from '../../core/fault.ts'
import type { Asked as AskedEvent, Refused } from '../../dns/dns-events.ts'
import type { Asker, TsigKey, Transfer, Zone, ZoneSource } from '../../dns/zone-source.ts'
import type { ZoneImage, ZoneKey } from '../../formats/zone/zone-image.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Catalog, ServedList } from '../catalog.ts'
import { DIFFERENCE_MEMORY_BYTES, DIFFERENCE_WAIT_MS, ZONE_MEMORY_BYTES } from '../limits.ts'
import type { Subscriber } from '../ports.ts'
import { Askers } from './askers.ts'
import type { HeldZone } from './held-zone.ts'
import { mustBeWhole } from './must-be-whole.ts'
import { NotifyReminders } from './notify-reminders.ts'
import { openCatalog, openDifference, openWhole, type Receiver } from './open-transfer.ts'
import { addressOf, notifiesFor, type NotifiedZone, type PlannedNotify } from './plan-notifies.ts'
import type { SecondaryLedger } from './secondary-ledger.ts'
import { ZoneCounts } from './zone-counts.ts'
import { ZoneDifferences, type Condense } from './zone-differences.ts'
import { ZoneImages, type TakenZone } from './zone-images.ts'
import { NO_OFFERS, ZoneOffers, type Offer } from './zone-offers.ts'

export interface ZoneDeskDeps {
  readonly ledger: SecondaryLedger
  /** Opens the zone that was made; null when it is not there. With `isFresh` it need not be looked through. */
  readonly open: (key: ZoneKey, isFresh: boolean) => ZoneImage | null
  /** The difference from a serial to a zone, made in another thread. */
  readonly condense: Condense
  readonly now: Clock
  readonly onFault: (error: unknown) => void
  readonly maxBytes?: number
}

/**
 * Which zones there are, for whom, and in what form each is handed out. It holds the newest zone of each list and learns of new ones by `take`,
 * of changed lists and subscribers by `update`. Whoever asks is identified first, and then looked for in his own zones alone: that a zone is
 * not there, and that it is not for him, is the same question with the same answer.
 */
export class ZoneDesk implements ZoneSource {
  readonly counts = new ZoneCounts()
  readonly ledger: SecondaryLedger
  readonly #deps: ZoneDeskDeps
  readonly #askers: Askers
  readonly #images: ZoneImages
  readonly #differences: ZoneDifferences
  readonly #offers: ZoneOffers
  readonly #reminders = new NotifyReminders()
  #catalog: Catalog | null = null
  #subscribers = new Map<string, Subscriber>()

  constructor(deps: ZoneDeskDeps) {
    this.#deps = deps
    this.ledger = deps.ledger
    this.#askers = new Askers(deps.now)
    this.#images = new ZoneImages({ ...deps, maxBytes: deps.maxBytes ?? ZONE_MEMORY_BYTES })
    this.#differences = new ZoneDifferences({
      ...{ condense: deps.condense, onFault: deps.onFault },
      ...{ maxBytes: DIFFERENCE_MEMORY_BYTES, waitMs: DIFFERENCE_WAIT_MS },
    })
    this.#offers = new ZoneOffers(({ place, definition }) =>
      definition.zone === null ? null : (this.#images.newest(place)?.summary.origin ?? null),
    )
  }

  /** Bytes of zones and differences held in memory. */
  get bytes(): number {
    return this.#images.bytes + this.#differences.bytes
  }

  // Values, for whoever takes the desk as a `ZoneSource` may take them from it.
  readonly key = (name: string): TsigKey | null => this.#askers.key(name)

  readonly zone = (name: string, asker: Asker): Zone | null => {
    const subscriber = this.#askers.identify(asker)
    const offers = subscriber === null ? NO_OFFERS : this.#offers.of(subscriber)
    const offer = offers.get(name)
    if (offer === undefined || subscriber === null) return null
    const key = { subscriber: subscriber.name, zone: name, address: asker.address }
    return this.#open(offer, { key, label: labelOf(offer) })
  }

  /**
   * Takes in what there is and who may have it, as `readCatalog` gives it. Gives the notifications of catalog zones that are due: of all at
   * first, then of those with a new serial.
   */
  update(catalog: Catalog): PlannedNotify[] {
    const before = this.#subscribers
    this.#subscribers = new Map(catalog.subscribers.map((one) => [one.name, one]))
    this.#catalog = catalog
    this.#askers.update(catalog.subscribers)
    this.#offers.update(catalog)
    return catalog.subscribers.flatMap((subscriber) => {
      if (before.get(subscriber.name)?.catalogSerial === subscriber.catalogSerial) return []
      return this.#notifies(subscriber, { ...this.#offers.catalogOf(subscriber), sinceMs: 0 })
    })
  }

  /**
   * Takes a zone that was made in place of the one before; who reads that goes on with it. Gives the notifications that are due; none when
   * the zone is not there any more, or is served already. `isFresh`: it was made, or looked through, this moment.
   */
  take(key: TakenZone, isFresh = false): PlannedNotify[] {
    const before = this.#images.newest(key.place)
    const zone = this.#images.take(key, isFresh)
    if (zone === null || zone === before) return []
    if (before?.summary.origin !== zone.summary.origin) this.#offers.forget()
    if (before?.summary.serial === key.serial) this.#differences.forget(key.place)
    this.#differences.keepOnly(key)
    const list = this.#catalog?.byPlace.get(key.place)
    return list === undefined ? [] : this.#notifiesOf(list, zone)
  }

  /** What of a list's zone is served now: for reports. */
  served(list: ServedList): { readonly zone: string; readonly serial: number } | null {
    const zone = this.#images.newest(list.place)
    return zone === undefined ? null : { zone: zone.summary.origin, serial: zone.summary.serial }
  }

  /** What is served of a subscriber's catalog: for reports. */
  catalogOf(subscriber: Subscriber): { readonly zone: string; readonly serial: number } {
    const { name, serial } = this.#offers.catalogOf(subscriber)
    return { zone: name, serial }
  }

  /** Somebody asked for a zone and got an answer. */
  onAsked({ asker, zone, type, has }: AskedEvent): void {
    this.counts.countQuestion(type)
    const subscriber = this.#askers.identify(asker)
    if (subscriber === null) return
    const { key: keyName, address, transport } = asker
    const isSure = keyName !== null || transport !== 'udp'
    const key = { subscriber: subscriber.name, zone, address }
    this.ledger.asked(key, { keyName, has, isSure })
  }

  /** Somebody got nothing. */
  onRefused({ reason }: Refused): void {
    this.counts.countRefusal(reason)
  }

  /** What a secondary answered when it was told of a serial; `answer` is the response code in words, or `timeout`. */
  onNotified(
    planned: PlannedNotify,
    { answer, tries }: { readonly answer: string; readonly tries: number },
  ): void {
    const { subscriber, zone, serial, to } = planned
    this.counts.countNotify(answer)
    if (answer === 'NOERROR') this.#reminders.confirmed(planned, this.#deps.now().getTime())
    const key = { subscriber, zone, address: addressOf(to) }
    this.ledger.notified(key, to, { serial, answer, tries })
  }

  /** Gives the notifications that are due once more, as who confirmed them has not come; to be called every few seconds. */
  remind(): PlannedNotify[] {
    const find = this.ledger.find.bind(this.ledger)
    return this.#reminders.due(this.#deps.now().getTime(), find, (one) => this.#isCurrent(one))
  }

  /** Forgets the zones; whoever reads one goes on to its end. */
  close(): void {
    this.#images.close()
  }

  #open(offer: Offer, receiver: Receiver): Zone | null {
    if (offer.of === 'catalog') {
      const { name, serial, soa } = offer.catalog
      const whole = (): Promise<Transfer> =>
        Promise.resolve(openCatalog(this.#transferDeps, receiver, offer.catalog))
      return { name, serial, soa, whole, since: whole }
    }
    const held = this.#images.newest(offer.list.place)
    if (held === undefined) return null
    const { soa, summary } = held
    return {
      ...{ name: summary.origin, serial: summary.serial, soa },
      whole: () => Promise.resolve().then(() => this.#whole(offer, receiver)),
      since: (serial) => this.#since(offer, receiver, serial),
    }
  }

  #whole(offer: ListOffer, receiver: Receiver): Transfer {
    return openWhole(this.#transferDeps, receiver, this.#newest(offer))
  }

  async #since(offer: ListOffer, receiver: Receiver, serial: number): Promise<Transfer> {
    const { restorations: all = [] } = this.#catalog ?? {}
    const restorations = all.filter(({ list }) => list === offer.list.id)
    const atMs = this.#deps.now().getTime()
    if (mustBeWhole(this.ledger.find(receiver.key), serial, { restorations, atMs })) {
      return this.#whole(offer, receiver)
    }
    const { summary } = this.#newest(offer)
    const difference = await this.#differences.find(summary, serial, summary.bytes)
    return difference === null
      ? this.#whole(offer, receiver)
      : openDifference(this.#transferDeps, receiver, difference)
  }

  // Between the question and its turn the next serial may have come: that one is given.
  #newest({ list, zone }: ListOffer): HeldZone {
    const held = this.#images.newest(list.place)
    if (held?.summary.origin === zone) return held
    throw new Fault('serve/not-found', `expected the zone ${zone} as before, got another`)
  }

  #notifiesOf(list: ServedList, { soa, summary }: HeldZone): PlannedNotify[] {
    const { restorations = [], subscribers = [] } = this.#catalog ?? {}
    const restored = restorations.filter((one) => one.list === list.id)
    const sinceMs = Math.max(0, ...restored.map(({ at }) => at.getTime()))
    const zone = { name: summary.origin, serial: summary.serial, soa, sinceMs }
    return subscribers
      .filter(({ lists }) => lists.includes(list.id))
      .flatMap((subscriber) => this.#notifies(subscriber, zone))
  }

  #isCurrent({ subscriber: name, zone, serial, to }: PlannedNotify): boolean {
    const subscriber = this.#subscribers.get(name)
    if (subscriber?.notify.includes(to) !== true) return false
    const offer = this.#offers.of(subscriber).get(zone)
    if (offer === undefined) return false
    const now =
      offer.of === 'catalog' ? offer.catalog : this.#images.newest(offer.list.place)?.summary
    return now?.serial === serial
  }

  #notifies(subscriber: Subscriber, zone: NotifiedZone): PlannedNotify[] {
    const deps = {
      key: (name: string) => this.key(name),
      secondary: this.ledger.find.bind(this.ledger),
    }
    return notifiesFor(deps, subscriber, zone)
  }

  get #transferDeps(): {
    readonly ledger: SecondaryLedger
    readonly counts: ZoneCounts
    readonly now: Clock
  } {
    return { ledger: this.ledger, counts: this.counts, now: this.#deps.now }
  }
}

type ListOffer = Extract<Offer, { of: 'list' }>

function labelOf(offer: Offer): string {
  if (offer.of === 'catalog') return ''
  return listLabel(offer.list)
}

/** How a list is called where everybody may read. */
export function listLabel({ id, place, definition }: ServedList): string {
  return definition.visibility === 'public' ? id : place
}
