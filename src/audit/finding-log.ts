import { Fault } from '../core/fault.ts'
import type { Finding, FindingCode } from './finding.ts'
import { MAX_FINDINGS, MAX_TOLD_LENGTH } from './limits.ts'

/** Gathers what an audit finds, each thing once, however often it is met. Nothing of it stops the audit. */
export class FindingLog {
  readonly #findings: Finding[] = []
  /** Of those that are kept. */
  readonly #seen = new Set<string>()
  #count = 0

  /** `got` may be a fault: then what it says. */
  add(code: FindingCode, path: string, expected: string, got: string | Fault): void {
    const text = got instanceof Fault ? `${got.message} (${got.code})` : got
    const key = [code, path, expected, text].join('\n')
    if (this.#seen.has(key)) return
    this.#count++
    if (this.#findings.length === MAX_FINDINGS) return
    this.#seen.add(key)
    this.#findings.push({ code, path, expected, got: text.slice(0, MAX_TOLD_LENGTH) })
  }

  /** The first `MAX_FINDINGS`, in the order in which they were met. */
  get findings(): readonly Finding[] {
    return this.#findings
  }

  /** All of them, also those that are not kept. */
  get count(): number {
    return this.#count
  }
}
