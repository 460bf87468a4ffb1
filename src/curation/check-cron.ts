/** Name, least and greatest value of each field; a sixth field, of seconds, may stand before them. */
const FIELDS = [
  ['second', 0, 59],
  ['minute', 0, 59],
  ['hour', 0, 23],
  ['day of month', 1, 31],
  ['month', 1, 12],
  ['day of week', 0, 7],
] as const

const WORDS: Readonly<Record<string, readonly string[]>> = {
  month: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  'day of week': ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
}

/** What is wrong with a cron expression, as sentences; none when it is well-formed. */
export function checkCron(text: string): string[] {
  const parts = text.trim().split(/ +/)
  if (parts.length !== 5 && parts.length !== 6) {
    return [
      `expected five fields, or six with seconds first, such as "*/15 * * * *", got ${JSON.stringify(text)}`,
    ]
  }
  const fields = FIELDS.slice(6 - parts.length)
  return fields.flatMap(([name, least, greatest], i) => {
    const part = parts[i] ?? ''
    if (part.split(',').every((term) => isTerm(term, name, least, greatest))) return []
    return [`expected a ${name} from ${least} to ${greatest}, got ${JSON.stringify(part)}`]
  })
}

/** `*`, `5`, `1-5`, `mon-fri`, each with an optional step: `*` + `/15`. */
function isTerm(term: string, name: string, least: number, greatest: number): boolean {
  const [range = '', step, ...more] = term.split('/')
  if (more.length > 0 || (step !== undefined && !isWithin(step, 1, greatest + 1))) return false
  if (range === '*') return true
  const [from = '', to, ...rest] = range.split('-').map((text) => numberOf(text, name, least))
  if (rest.length > 0 || !isWithin(from, least, greatest)) return false
  return to === undefined || (isWithin(to, least, greatest) && Number(from) <= Number(to))
}

function numberOf(text: string, name: string, least: number): string {
  const at = WORDS[name]?.indexOf(text.toLowerCase()) ?? -1
  return at < 0 ? text : String(at + least)
}

function isWithin(text: string, least: number, greatest: number): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) >= least && Number(text) <= greatest
}
