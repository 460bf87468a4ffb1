/** How the readers of exports understand them, as their manuals and measurements say (`docs/spec/exports.md`), in small. */
import { namesAbove } from './name-policy.ts'

/** Owner, relative to the origin, to its records without the owner. Throws on the same record twice, which PowerDNS refuses. */
export function readZone(lines: readonly string[]): Map<string, string[]> {
  const owners = new Map<string, string[]>()
  for (const line of lines) {
    if (line.startsWith('$')) continue
    const [owner = '', ...rest] = line.split(' ')
    const records = owners.get(owner) ?? []
    const record = rest.join(' ')
    if (records.includes(record)) throw new Error(`expected each record once, got ${line} twice`)
    records.push(record)
    owners.set(owner, records)
  }
  return owners
}

/** The records a question gets in a zone: RFC 1034 §4.3.2, RFC 4592. An owner makes all names above it exist. */
export function lookUp(zone: ReadonlyMap<string, string[]>, name: string): string[] {
  const exists = new Set([...zone.keys()].flatMap((owner) => [owner, ...namesAbove(owner)]))
  if (exists.has(name)) return zone.get(name) ?? []
  const encloser = namesAbove(name).find((above) => exists.has(above))
  return encloser === undefined ? [] : (zone.get(`*.${encloser}`) ?? [])
}

/** As PowerDNS and Knot Resolver look: the exact owner, or the nearest wildcard, whatever exists. */
export function lookUpPlainly(zone: ReadonlyMap<string, string[]>, name: string): string[] {
  const wildcards = namesAbove(name).map((above) => `*.${above}`)
  return (
    [name, ...wildcards].map((owner) => zone.get(owner)).find((found) => found !== undefined) ?? []
  )
}

/** The action that a name's records in a policy zone mean. */
export function rpzAction(records: readonly string[]): string | null {
  const [first] = records
  if (first === undefined) return null
  const target = /^CNAME (.*)$/.exec(first)?.[1]
  if (target !== undefined && records.length > 1) throw new Error('expected a CNAME alone')
  const actions: Record<string, string> = {
    '.': 'nxdomain',
    '*.': 'nodata',
    'rpz-drop.': 'drop',
    'rpz-passthru.': 'passthru',
    'rpz-tcp-only.': 'tcp-only',
  }
  return (target === undefined ? undefined : actions[target]) ?? 'redirect'
}

/** Whether dnsmasq keeps the name to itself: the longest matching name decides; `*.x` matches below x only, and is the longer. */
export function isBlockedByDnsmasq(lines: readonly string[], name: string): boolean {
  const servers = new Map(
    lines.map((line) => /^server=\/(.*)\/(#?)$/.exec(line)!.slice(1, 3) as [string, string]),
  )
  const matching = [name, ...namesAbove(name).flatMap((above) => [`*.${above}`, above])]
  const found = matching.find((pattern) => servers.has(pattern))
  return found !== undefined && servers.get(found) === ''
}

/** Whether a `dstdomain` list has the name: `.x` is x and all below, `x` is x. */
export function isBlockedBySquid(lines: readonly string[], name: string): boolean {
  const listed = new Set(lines)
  return listed.has(name) || [name, ...namesAbove(name)].some((above) => listed.has(`.${above}`))
}

/** Whether Unbound answers by itself. Throws on data below a `redirect` zone, with which it does not start. */
export function isBlockedByUnbound(lines: readonly string[], name: string): boolean {
  const zones = new Map<string, string>()
  const data = new Set<string>()
  for (const line of lines) {
    const zone = /^local-zone: "(.*)\." (\w+)$/.exec(line)
    if (zone !== null) zones.set(zone[1]!, zone[2]!)
    const datum = /^local-data: ["'](\S+)\. /.exec(line)
    if (datum !== null) data.add(datum[1]!)
  }
  const zoneOf = (asked: string): string | undefined =>
    [asked, ...namesAbove(asked)].find((above) => zones.has(above))
  for (const owner of data) {
    const zone = zoneOf(owner)
    if (zone !== undefined && zone !== owner && zones.get(zone) === 'redirect') {
      throw new Error(`expected no data below a redirect zone, got ${owner}`)
    }
  }
  const zone = zoneOf(name)
  return zone === undefined || zones.get(zone) === 'transparent' ? data.has(name) : true
}

/** Whether rules block the name: any rule that matches, unless an exception matches. */
export function isBlockedByAdblock(lines: readonly string[], name: string): boolean {
  const matches = (rule: string): boolean => {
    const [, anchor, wildcard, value] = /^(\|\|?)(\*\.)?(.*)\^$/.exec(rule)!
    if (wildcard !== undefined) return namesAbove(name).includes(value!)
    return name === value || (anchor === '||' && namesAbove(name).includes(value!))
  }
  const exceptions = lines.filter((line) => line.startsWith('@@')).map((line) => line.slice(2))
  return !exceptions.some(matches) && lines.some((line) => !line.startsWith('@@') && matches(line))
}
