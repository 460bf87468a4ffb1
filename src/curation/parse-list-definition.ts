import { readDomainName } from '../core/domain-name.ts'
import { Fault, isFault } from '../core/fault.ts'
import { parseIpValue } from '../core/ip-value.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import { parseSocketAddress, printSocketAddress } from '../core/socket-address.ts'
import { checkCron } from './check-cron.ts'

/** A definition that obeys `docs/spec/list.schema.json`: `to` may still be one string. */
type Written = Omit<ListDefinition, 'action' | 'steering'> & {
  readonly action: { readonly type: ListDefinition['action']['type']; readonly to?: Targets }
  readonly steering: { readonly to: Targets } | null
}

type Targets = string | readonly string[]

export interface ParseListDeps {
  /** Checks against `docs/spec/list.schema.json`, fills in its defaults, and gives what is wrong. */
  readonly checkSchema: (value: unknown) => readonly string[]
}

/**
 * The definition in `json`, defaults filled in, its properties always in the same order. `json` is left as it is.
 * Throws `list/invalid`, which names each property that is wrong and what would be right.
 */
export function parseListDefinition({ checkSchema }: ParseListDeps, json: unknown): ListDefinition {
  const value = structuredClone(json)
  const findings = checkSchema(value)
  if (findings.length > 0) throw invalid(findings)
  const definition = inOrder(value as Written)
  const more = checkDefinition(definition)
  if (more.length > 0) throw invalid(more)
  return definition
}

function invalid(findings: readonly string[]): Fault {
  return new Fault('list/invalid', findings.join('; '))
}

function inOrder(value: Written): ListDefinition {
  const { action, zone, steering, approvals, review, guard, liveness } = value
  return {
    id: value.id,
    title: value.title,
    description: value.description,
    authority: value.authority,
    visibility: value.visibility,
    legalBasis: value.legalBasis,
    categories: [...value.categories],
    action: { type: action.type, to: canonicalTargets(action.to ?? []) },
    approvals: {
      needed: approvals.needed,
      organisations: approvals.organisations,
      retire: {
        needed: approvals.retire.needed,
        organisations: approvals.retire.organisations,
      },
      urgentAdd: approvals.urgentAdd,
    },
    review: {
      afterDays: review.afterDays,
      expireAfterDays: review.expireAfterDays,
      warnDays: review.warnDays,
      urgentDays: review.urgentDays,
    },
    guard: {
      maxGrowth: guard.maxGrowth,
      maxShrink: guard.maxShrink,
      minEntries: guard.minEntries,
    },
    publish: { cron: value.publish.cron },
    zone: zone && {
      origin: zone.origin,
      ttl: zone.ttl,
      refresh: zone.refresh,
      retry: zone.retry,
      expire: zone.expire,
      zonemd: zone.zonemd,
    },
    keep: { serials: value.keep.serials },
    steering: steering && { to: canonicalTargets(steering.to) },
    liveness: liveness && {
      resolver: canonicalResolver(liveness.resolver),
      perSecond: liveness.perSecond,
      everyDays: liveness.everyDays,
      allowRestricted: liveness.allowRestricted,
    },
  }
}

/** Addresses and names in their canonical form; what is neither stays, for `checkTargets` to complain of. */
function canonicalTargets(to: Targets): string[] {
  return (typeof to === 'string' ? [to] : to).map((text) => addressOf(text) ?? nameOf(text) ?? text)
}

/** With its port; what is no address stays, for `checkLiveness` to complain of. */
function canonicalResolver(text: string): string {
  return resolverOf(text) ?? text
}

function resolverOf(text: string): string | null {
  try {
    return printSocketAddress(parseSocketAddress(text, DNS_PORT))
  } catch (error) {
    if (isFault(error, 'ip/invalid')) return null
    throw error
  }
}

const DNS_PORT = 53

function addressOf(text: string): string | null {
  try {
    const value = parseIpValue(text)
    return value.includes('/') ? null : value
  } catch (error) {
    if (isFault(error, 'ip/invalid')) return null
    throw error
  }
}

function nameOf(text: string): string | null {
  const reading = readDomainName(text)
  return 'name' in reading ? reading.name : null
}

/** What the schema cannot say. */
function checkDefinition(definition: ListDefinition): string[] {
  const { action, approvals, publish, steering } = definition
  const redirect = action.type === 'redirect'
  return [
    ...(redirect ? checkTargets('action.to', action.to) : []),
    ...(!redirect && action.to.length > 0
      ? [
          `action.to: expected it only with the type "redirect", got the type ${JSON.stringify(action.type)}`,
        ]
      : []),
    ...checkApprovals('approvals', approvals),
    ...checkApprovals('approvals.retire', approvals.retire),
    ...(publish.cron === null
      ? []
      : checkCron(publish.cron).map((text) => `publish.cron: ${text}`)),
    ...(steering === null ? [] : checkTargets('steering.to', steering.to)),
    ...checkLiveness(definition),
  ]
}

function checkLiveness({ liveness, visibility }: ListDefinition): string[] {
  if (liveness === null) return []
  const { resolver, allowRestricted } = liveness
  return [
    ...(resolverOf(resolver) === null
      ? [
          `liveness.resolver: expected an address with a port, such as 127.0.0.1:53, got ${JSON.stringify(resolver)}`,
        ]
      : []),
    ...(visibility === 'restricted' && !allowRestricted
      ? [
          'liveness.allowRestricted: expected true for a restricted list, since the resolver learns every name that it is asked for, got false',
        ]
      : []),
  ]
}

/** One person speaks for one organisation. */
function checkApprovals(
  where: string,
  { needed, organisations }: ListDefinition['approvals']['retire'],
): string[] {
  if (organisations <= needed) return []
  return [
    `${where}.organisations: expected at most ${where}.needed (${needed}), got ${organisations}`,
  ]
}

function checkTargets(where: string, to: readonly string[]): string[] {
  if (to.length === 0) return [`${where}: expected addresses or one name, got none`]
  const addresses = to.filter((text) => addressOf(text) !== null)
  if (addresses.length === to.length) return []
  const [first = ''] = to
  if (to.length === 1 && nameOf(first) !== null) return []
  return [`${where}: expected addresses, or one domain name, got ${JSON.stringify(to)}`]
}
