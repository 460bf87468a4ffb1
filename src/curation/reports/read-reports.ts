import { Fault } from '../../core/fault.ts'
import type { WrittenReport } from './parse-report.ts'

const REQUIRED = ['externalId', 'value', 'reason'] as const
const OPTIONAL = ['list', 'kind', 'category', 'evidence', 'evidenceSha256'] as const
const MEMBERS: ReadonlySet<string> = new Set([...REQUIRED, ...OPTIONAL])

/**
 * The reports of a file: JSON Lines, an array, or an object with the member `reports`. What is no report is a fault in its place. Throws
 * `report/invalid` where nothing of it is JSON.
 */
export function readReports(text: string): readonly (WrittenReport | Fault)[] {
  const whole = readJson(text)
  if (Array.isArray(whole)) return whole.map(readReport)
  if (isObject(whole)) {
    const { reports } = whole
    return Array.isArray(reports) ? reports.map(readReport) : [readReport(whole)]
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const read = lines.map((line) => readReport(readJson(line)))
  if (read.some((one) => !(one instanceof Fault))) return read
  throw new Fault(
    'report/invalid',
    'expected reports as JSON Lines, an array, or an object with "reports", got nothing of it',
  )
}

/** From outside, not yet verified: members and their types; what they say is for `parseReport`. */
function readReport(value: unknown): WrittenReport | Fault {
  if (!isObject(value)) return invalid('an object', value)
  for (const [name, member] of Object.entries(value)) {
    if (!MEMBERS.has(name)) return invalid(`members of ${[...MEMBERS].join(', ')}`, name)
    if (typeof member !== 'string') return invalid(`a text as ${name}`, member)
  }
  const lacking = REQUIRED.find((name) => value[name] === undefined)
  if (lacking !== undefined) return invalid(`the member ${lacking}`, value)
  return value as unknown as WrittenReport
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function invalid(expected: string, got: unknown): Fault {
  const shown = got === undefined ? 'no JSON' : JSON.stringify(got)
  return new Fault('report/invalid', `expected ${expected}, got ${shown.slice(0, 120)}`)
}
