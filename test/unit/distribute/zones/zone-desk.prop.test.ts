import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import type { PublicDefinition } from '../../../../src/core/list-definition.ts'
import type { Restoration } from '../../../../src/distribute/ports.ts'
import {
  mustBeWhole,
  RESTORATION_COUNTS_MS,
} from '../../../../src/distribute/zones/must-be-whole.ts'
import { isBefore, newSecondary } from '../../../../src/distribute/zones/secondary.ts'
import { SecondaryLedger } from '../../../../src/distribute/zones/secondary-ledger.ts'
import { ZoneDesk } from '../../../../src/distribute/zones/zone-desk.ts'
import type { Transfer, Zone } from '../../../../src/dns/zone-source.ts'
import { condenseZone } from '../../../../src/formats/zone/condense-zone.ts'
import { openZoneImage } from '../../../../src/formats/zone/zone-image.ts'
import '../../../support/property-runs.ts'
import {
  partsOf,
  subscriberKey,
  zoneCatalog,
  zoneList,
  zoneSubscriber,
} from '../../../support/zone-builders.ts'
import { DEFINITION } from '../../../support/export-builders.ts'
import { readRecords, ZoneHistory, type ReadRecord } from '../../../support/zones.ts'

const ORIGIN = DEFINITION.zone!.origin
/** Enough that a whole zone has several messages. */
const FILLER = Array.from(
  { length: 1500 },
  (_, i) => `${'filler'.repeat(5)}-${i}.example\tdomain\tnxdomain\t-\t-`,
)
const NAMES = ['a', 'b', 'c', 'x.a', 'y.x.a', 'd', 'e', 'f']

const arbLines = fc.subarray(NAMES).chain((names) =>
  fc.tuple(
    fc.constant(names),
    fc.array(fc.constantFrom('domain', 'host', 'subdomains'), { minLength: 8, maxLength: 8 }),
    fc.array(fc.constantFrom('nxdomain', 'passthru', 'drop', 'redirect'), {
      minLength: 8,
      maxLength: 8,
    }),
  ),
)

const arbDefinition: fc.Arbitrary<Partial<PublicDefinition>> = fc
  .record({
    ttl: fc.constantFrom(60, 300),
    refresh: fc.constantFrom(30, 300),
    zonemd: fc.boolean(),
    to: fc.constantFrom(['192.0.2.80'], ['stop.example'], ['192.0.2.8', '2001:db8::8']),
  })
  .map(({ to, ...zone }) => ({
    action: { type: 'redirect', to },
    zone: { ...DEFINITION.zone!, ...zone },
  }))

const arbStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('publish' as const), lines: arbLines }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('define' as const), definition: arbDefinition }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('refresh' as const),
      who: fc.nat(2),
      /** How many messages arrive before the connection breaks. */
      messages: fc.constantFrom(Infinity, Infinity, Infinity, 0, 1, 2),
      isWhole: fc.constantFrom(false, false, false, true),
      /** Whether the connection ends in order though the resolver has not read all. */
      seemsSent: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('die' as const), who: fc.nat(2), messages: fc.nat(2) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('restore' as const),
      back: fc.integer({ min: 1, max: 4 }),
    }),
  },
)

type Step = typeof arbStep extends fc.Arbitrary<infer T> ? T : never

/** A record in full. */
function print({ owner, type, ttl, data }: ReadRecord): string {
  return `${owner} ${ttl} ${type} ${data}`
}

/**
 * A resolver that takes the zone, with the habits of the worst of each: from BIND, that a cut whole transfer leaves its beginning in force, which no
 * difference mends; from PowerDNS, that a difference which does not fit is refused for ever.
 */
class Resolver {
  readonly address: string
  serial: number | null = null
  zone = new Set<string>()
  /** What it blocks by. */
  policy = new Set<string>()
  isStuck = false

  constructor(who: number) {
    this.address = `192.0.2.${who + 1}`
  }

  async take(transfer: Transfer, messages: number): Promise<boolean> {
    const bodies = (await partsOf(transfer)).flatMap(({ records, ends, counts }) =>
      ends.map((end, i) => {
        const read = readRecords(records.subarray(i === 0 ? 0 : ends[i - 1], end))
        expect(read).toHaveLength(counts[i]!)
        return read
      }),
    )
    // Unbound falls back to the whole zone when the first message has the SOA alone.
    expect(bodies[0]!.length).toBeGreaterThan(1)
    const arrived = bodies.slice(0, messages).flat()
    const isAll = messages >= bodies.length
    if (transfer.style === 'whole') this.#takeWhole(arrived, isAll)
    else if (isAll) this.#takeDifference(arrived)
    return isAll
  }

  #takeWhole(records: readonly ReadRecord[], isAll: boolean): void {
    const printed = records.map(print)
    if (isAll) {
      expect(printed.at(-1)).toBe(printed[0])
      const body = printed.slice(0, -1)
      expect(new Set(body).size).toBe(body.length)
      this.zone = this.policy = new Set(body)
      this.serial = serialOf(records[0]!)
      this.isStuck = false
    } else if (printed.length > 0) {
      this.policy = new Set(printed)
      this.isStuck = true
    }
  }

  #takeDifference(records: readonly ReadRecord[]): void {
    const [soa, old] = records
    expect(serialOf(old!)).toBe(this.serial)
    const next = new Set(this.zone)
    let isAdding = true
    for (const record of records.slice(1, -1)) {
      if (record.type === 'SOA') isAdding = !isAdding
      const text = print(record)
      expect(next.has(text), `${isAdding ? 'add' : 'delete'} ${text}`).toBe(!isAdding)
      if (isAdding) next.add(text)
      else next.delete(text)
    }
    this.zone = next
    this.serial = serialOf(soa!)
    if (!this.isStuck) this.policy = next
  }
}

function serialOf({ data }: ReadRecord): number {
  return Number(data.split(' ')[2])
}

class World implements Disposable {
  readonly history = new ZoneHistory('a')
  readonly resolvers = [0, 1, 2].map((who) => new Resolver(who))
  readonly #restorations: Restoration[] = []
  readonly #definitions = new Map<number, PublicDefinition>()
  readonly differences = { given: 0, whole: 0 }
  #nowMs = 0
  #lines: readonly string[] = FILLER
  #parts = this.#open()

  #open(): { readonly desk: ZoneDesk; readonly ledger: SecondaryLedger } {
    const now = () => new Date(++this.#nowMs)
    const onFault = (error: unknown) => {
      throw error
    }
    const ledger = new SecondaryLedger({
      ...{ now, onFault },
      path: join(this.history.root, 'ledger'),
    })
    const { folder } = this.history
    const desk = new ZoneDesk({
      ...{ ledger, now, onFault },
      open: (key) => openZoneImage(folder, key),
      condense: (...asked) => Promise.resolve().then(() => condenseZone(folder, ...asked)),
    })
    return { desk, ledger }
  }

  [Symbol.dispose](): void {
    this.#parts.desk.close()
    this.#parts.ledger.close()
    this.history[Symbol.dispose]()
  }

  /** As after `kill -9`: the ledger is not closed, and the next process begins with what is on disk. */
  restart(): void {
    this.#parts.desk.close()
    this.#parts = this.#open()
    this.#serve()
  }

  publish(lines: readonly string[] | null, definition: Partial<PublicDefinition> = {}): void {
    if (lines !== null) this.#lines = [...FILLER, ...lines]
    const { serial } = this.history.publish(this.#lines, definition)
    this.#definitions.set(serial, this.history.definition)
    this.#serve()
  }

  restore(back: number): void {
    this.history.serial = Math.max(1, this.history.serial - back)
    this.history.definition = this.#definitions.get(this.history.serial)!
    this.#restorations.push({ list: 'a', serial: this.history.serial, at: new Date(++this.#nowMs) })
    this.history.forgetZones()
    this.restart()
  }

  #serve(): void {
    const made = this.history.make()
    const isp = zoneSubscriber('isp', { lists: ['a'], keys: [subscriberKey('k')] })
    this.#parts.desk.update(zoneCatalog([zoneList(1, 'a')], [isp], this.#restorations))
    this.#parts.desk.take(made)
  }

  zoneFor({ address }: Resolver): Zone {
    return this.#parts.desk.zone(ORIGIN, { key: 'k', address, transport: 'tcp' })!
  }

  async refresh(
    resolver: Resolver,
    messages: number,
    isWhole: boolean,
    seemsSent = false,
  ): Promise<void> {
    const zone = this.zoneFor(resolver)
    const { serial } = resolver
    if (serial !== null && !isWhole && !isBefore(serial, zone.serial)) return
    const transfer = await (serial === null || isWhole ? zone.whole() : zone.since(serial))
    this.differences[transfer.style === 'whole' ? 'whole' : 'given']++
    const isAll = await resolver.take(transfer, messages)
    // Of a resolver that takes anew the very serial that it has nobody can tell.
    const isTold = serial === null || isBefore(serial, zone.serial)
    transfer.end(isAll || (seemsSent && isTold) ? 'sent' : 'broken')
  }

  async die(resolver: Resolver, messages: number): Promise<void> {
    const transfer = await this.zoneFor(resolver).whole()
    await resolver.take(transfer, messages)
    this.restart()
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'publish': {
        const [names, kinds, actions] = step.lines
        this.publish(names.map((name, i) => `${name}.example\t${kinds[i]}\t${actions[i]}\t-\t-`))
        return
      }
      case 'define':
        this.publish(null, step.definition)
        return
      case 'refresh':
        return this.refresh(this.resolvers[step.who]!, step.messages, step.isWhole, step.seemsSent)
      case 'die':
        return this.die(this.resolvers[step.who]!, step.messages)
      case 'restore':
        this.restore(step.back)
        return
    }
  }
}

test.prop([fc.array(arbStep, { minLength: 5, maxLength: 40 })])(
  'a resolver has the zone, and blocks by it, however it was brought along',
  async (steps) => {
    using world = new World()
    world.publish([])
    const first = world.resolvers.map((one) => world.refresh(one, Infinity, false))
    await Promise.all(first)
    for (const step of steps) await world.step(step)
    // So that nobody is ahead any more, whatever was restored; and nobody is where he was.
    const newest = Math.max(...world.resolvers.map(({ serial }) => serial ?? 0))
    do world.publish(null)
    while (world.history.serial <= newest)
    const expected = new Set(world.history.records().slice(0, -1).map(print))
    for (const resolver of world.resolvers) {
      await world.refresh(resolver, Infinity, false)
      expect(resolver.serial).toBe(world.history.serial)
      expect(resolver.zone).toEqual(expected)
      expect(resolver.policy).toEqual(expected)
    }
  },
)

test('a resolver that is never cut is brought along by differences', async () => {
  using world = new World()
  world.publish([])
  const [one] = world.resolvers
  await world.refresh(one!, Infinity, false)
  for (let i = 0; i < 20; i++) {
    world.publish([`n${i}.example\tdomain\tnxdomain\t-\t-`])
    if (i % 3 === 0) await world.refresh(one!, Infinity, false)
  }
  expect(world.differences).toEqual({ whole: 1, given: 7 })
})

test.prop([fc.nat(10), fc.nat(10), fc.option(fc.nat(10)), fc.nat(3), fc.nat(3)])(
  'after a restored backup a difference is given from serials that are as they were, and from those that were given since',
  (restored, serial, given, givenAt, restoredAt) => {
    const secondary = {
      ...newSecondary({ subscriber: 's', zone: 'z', address: 'a' }),
      given: given === null ? null : { serial: given, atMs: givenAt },
    }
    const isSafe = serial <= restored || (given === serial && givenAt >= restoredAt)
    const restorations = [{ list: 'a', serial: restored, at: new Date(restoredAt) }]
    const atMs = restoredAt + RESTORATION_COUNTS_MS
    expect(mustBeWhole(secondary, serial, { restorations, atMs: atMs - 1 })).toBe(!isSafe)
    expect(mustBeWhole(secondary, serial, { restorations, atMs })).toBe(false)
  },
)
