/** The content codings that a feed is kept in beside its plain bytes, the smallest first. */
export const CODINGS = ['br', 'gzip'] as const
export type Coding = (typeof CODINGS)[number] | 'identity'

const remembered = new Map<string, readonly Coding[]>()
const MAX_REMEMBERED = 64

/**
 * The codings that a request with this `Accept-Encoding` may be answered in, best first. Without the
 * header it is identity alone: Unbound's `url:` sends none and can undo none. Identity stands last even
 * when it is refused, so that there is always an answer (RFC 9110 §12.5.3 lets a server disregard the
 * field).
 */
export function acceptedCodings(header: string | undefined): readonly Coding[] {
  if (header === undefined) return IDENTITY
  const known = remembered.get(header)
  if (known !== undefined) return known
  const codings = parseAcceptEncoding(header)
  if (remembered.size < MAX_REMEMBERED) remembered.set(header, codings)
  return codings
}

const IDENTITY: readonly Coding[] = ['identity']

function parseAcceptEncoding(header: string): readonly Coding[] {
  const weights = new Map<string, number>()
  for (const part of header.split(',')) {
    const [name = '', ...parameters] = part.split(';')
    weights.set(name.trim().toLowerCase(), weightOf(parameters))
  }
  // RFC 9110 §12.5.3: "*" stands for every coding not named; identity is acceptable unless excluded.
  const any = weights.get('*') ?? 0
  const weigh = (coding: string): number => weights.get(coding) ?? any
  const identity = weights.get('identity') ?? (any > 0 ? any : 0)
  const wanted = CODINGS.filter((coding) => {
    const weight = coding === 'gzip' ? (weights.get('x-gzip') ?? weigh(coding)) : weigh(coding)
    return weight > 0 && weight >= identity
  })
  return [...wanted.sort((a, b) => weigh(b) - weigh(a)), 'identity']
}

function weightOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=')
    if (name.trim().toLowerCase() !== 'q') continue
    const weight = Number(value.trim())
    return Number.isFinite(weight) ? Math.min(Math.max(weight, 0), 1) : 0
  }
  return 1
}
