import type { EntryAction } from '../../core/entry.ts'
import type { EntryAttributes } from '../../core/entry-arena.ts'
import { readIpValue } from '../../core/ip-value.ts'
import { isReference } from '../../core/parse-entry.ts'
import { isSink } from './hosts.ts'
import { decodeLine, type Intake } from './intake.ts'
import type { RedirectTargets } from './redirect-targets.ts'
import type { LineReader } from './scan-lines.ts'

/** unbound.conf(5), `local-zone`: what each type does to names without data of their own, as an action. */
const ZONE_ACTIONS: Readonly<Record<string, EntryAction | 'default'>> = {
  always_deny: 'drop',
  always_nodata: 'nodata',
  always_null: 'default',
  always_nxdomain: 'default',
  always_refuse: 'default',
  always_transparent: 'passthru',
  deny: 'drop',
  inform_deny: 'drop',
  inform_redirect: 'redirect',
  redirect: 'redirect',
  refuse: 'default',
  static: 'default',
  transparent: 'passthru',
  typetransparent: 'passthru',
}

/** A zone of the type `redirect`, whose data follows. */
interface OpenZone {
  readonly name: string
  readonly targets: string[]
}

/** Reads `local-zone:` and `local-data:` lines of Unbound. Data outside a `redirect` zone is about its name alone. */
export class UnboundReader implements LineReader {
  readonly #intake: Intake
  readonly #targets: RedirectTargets
  #open: OpenZone | undefined

  constructor(intake: Intake, targets: RedirectTargets) {
    this.#intake = intake
    this.#targets = targets
  }

  readLine(bytes: Uint8Array, start: number, end: number): void {
    const line = decodeLine(bytes, start, end).trim()
    const data = LOCAL_DATA.exec(line)
    // What is found about an open zone is about its last line.
    if (data === null || !this.#isOpen(data[2] ?? '')) this.#close()
    this.#intake.beginLine(bytes, start, end)
    if (line === '' || line.startsWith('#') || /^server:(?:\s*#.*)?$/.test(line)) return
    const zone = LOCAL_ZONE.exec(line)
    if (zone !== null) this.#readZone(zone[2] ?? '', zone[3] ?? '')
    else if (data !== null) this.#readData(data[2] ?? '', data[3] ?? '', data[4] ?? '')
    else if (/^(?!local-)[a-z-]+:(?:\s|$)/.test(line)) this.#intake.unsupported('setting')
    else this.#intake.refuse('no-rule')
  }

  readLongLine(bytes: Uint8Array, start: number, end: number): void {
    this.#close()
    this.#intake.beginLine(bytes, start, end)
    this.#intake.refuse('long-line')
  }

  finish(): void {
    this.#close()
  }

  #isOpen(name: string): boolean {
    return this.#open?.name === canonicalOwner(name)
  }

  #readZone(name: string, type: string): void {
    const action = ZONE_ACTIONS[type]
    const intake = this.#intake
    if (action === undefined) intake.unsupported('zone-type')
    else if (action === 'redirect') this.#open = { name: canonicalOwner(name), targets: [] }
    else {
      const attributes = action === 'default' ? intake.defaults : intake.withAction(action)
      this.#finish(intake.takeNameText(name, intake.tag('domain', attributes)))
    }
  }

  #readData(name: string, type: string, data: string): void {
    const target = targetOf(type, data)
    const targets = target === null ? [] : [target]
    if (this.#open !== undefined) this.#open.targets.push(...targets)
    else this.#takeRedirect(name, 'host', targets, referenceOf(data))
  }

  /** An open zone is taken when its last line is known. */
  #close(): void {
    const open = this.#open
    this.#open = undefined
    if (open !== undefined) this.#takeRedirect(open.name, 'domain', open.targets, '')
  }

  #takeRedirect(
    name: string,
    kind: 'domain' | 'host',
    targets: readonly string[],
    reference: string,
  ): void {
    const intake = this.#intake
    const take = (attributes: EntryAttributes): void => {
      const told = reference === '' ? attributes : { ...attributes, reference }
      this.#finish(intake.takeNameText(name, intake.tag(kind, told)))
    }
    // Data without an address: an address is what the name does not have.
    if (targets.length === 0) take(intake.withAction('nodata'))
    else if (targets.every(isSink)) take(intake.defaults)
    else if (targets.every((target) => this.#targets.add(canonicalOwner(name), target))) {
      take(intake.withAction('redirect'))
    } else intake.unsupported('other-redirect-target')
  }

  #finish(refusal: string | null): void {
    if (refusal !== null) this.#intake.refuse(refusal)
  }
}

const LOCAL_ZONE = /^local-zone:\s*(["']?)([^\s"']+)\1\s+["']?([a-z_]+)["']?(?:\s+#.*)?$/
const LOCAL_DATA =
  /^local-data:\s*(["'])([^\s"']+)\s+(?:\d+\s+)?(?:IN\s+)?([A-Za-z0-9]+)\s+(.*)\1(?:\s+#.*)?$/

function canonicalOwner(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

/** Where a record sends a name, or null for one that only says something. */
function targetOf(type: string, data: string): string | null {
  if (/^cname$/i.test(type)) return canonicalOwner(data.trim())
  if (!/^a(?:aaa)?$/i.test(type)) return null
  const reading = readIpValue(data)
  return 'value' in reading ? reading.value : null
}

/** What our own export says in a TXT record. */
function referenceOf(data: string): string {
  const text = /^"(.*)"$/.exec(data)?.[1] ?? ''
  return isReference(text) ? text : ''
}
