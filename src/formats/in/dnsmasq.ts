import { readIpValue } from '../../core/ip-value.ts'
import { isSink } from './hosts.ts'
import { decodeLine, type Intake } from './intake.ts'
import type { RedirectTargets } from './redirect-targets.ts'
import type { LineReader } from './scan-lines.ts'

/**
 * Reads `address=`, `server=` and `local=` lines of dnsmasq. A line holds for the name and all below it; one with `*.x` for all
 * below x alone, and over the line for x. `#` as the server lets the name pass.
 */
export class DnsmasqReader implements LineReader {
  readonly #intake: Intake
  readonly #targets: RedirectTargets

  constructor(intake: Intake, targets: RedirectTargets) {
    this.#intake = intake
    this.#targets = targets
  }

  readLine(bytes: Uint8Array, start: number, end: number): void {
    this.#intake.beginLine(bytes, start, end)
    const line = decodeLine(bytes, start, end).trim()
    if (line === '' || line.startsWith('#')) return
    const match = /^(address|server|local|rev-server)=\/(.*)\/([^/]*?)(?:\s+#.*)?$/.exec(line)
    if (match === null) this.#readOther(line)
    else this.#readRule(match[1] ?? '', (match[2] ?? '').split('/'), match[3] ?? '')
  }

  readLongLine(bytes: Uint8Array, start: number, end: number): void {
    this.#intake.beginLine(bytes, start, end)
    this.#intake.refuse('long-line')
  }

  finish(): void {
    // Every line stands alone.
  }

  #readOther(line: string): void {
    // A setting of dnsmasq's own is no entry; anything else is no dnsmasq.
    if (/^[a-z][a-z0-9-]*(?:=\S.*)?$/.test(line) && !/^(?:address|server|local)=/.test(line)) {
      this.#intake.unsupported('setting')
    } else this.#intake.refuse('no-rule')
  }

  #readRule(directive: string, names: readonly string[], to: string): void {
    const { arena } = this.#intake
    const isFree = directive === 'server' && to === '#'
    if (directive === 'rev-server' || (directive !== 'address' && to !== '' && !isFree)) {
      this.#intake.unsupported('forwarding')
      return
    }
    const action = this.#actionFor(directive, to)
    if (action === null) return
    const before = arena.count
    for (const name of names) {
      const refusal = this.#takeName(name, isFree ? 'passthru' : action)
      if (refusal === null) continue
      arena.truncate(before)
      this.#intake.refuse(refusal)
      return
    }
  }

  #actionFor(directive: string, to: string): 'default' | 'redirect' | null {
    if (directive !== 'address' || to === '' || to === '#' || isSink(to)) return 'default'
    const reading = readIpValue(to)
    if ('refusal' in reading || reading.value.includes('/')) {
      this.#intake.refuse('address')
      return null
    }
    if (this.#targets.add(to, reading.value)) return 'redirect'
    this.#intake.unsupported('other-redirect-target')
    return null
  }

  #takeName(name: string, action: 'default' | 'redirect' | 'passthru'): string | null {
    const intake = this.#intake
    const attributes = action === 'default' ? intake.defaults : intake.withAction(action)
    if (!name.startsWith('*.'))
      return intake.takeNameText(name.replace(/^\./, ''), intake.tag('domain', attributes))
    const tag =
      action === 'passthru'
        ? intake.markTag('freed', attributes)
        : intake.tag('subdomains', attributes)
    return intake.takeNameText(name.slice(2), tag)
  }
}
