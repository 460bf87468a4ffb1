import type { CheckedName } from './check-name.ts'
import type { GuardFinding } from './guard-finding.ts'
import type { GuardLimits } from './guard-limits.ts'
import type { PopularFacts, PopularSites } from './popular-sites.ts'
import { NO_RANK, type NameRank } from './rank-table.ts'

const DAY_MS = 86_400_000

/** Where to get a ranking; nothing is fetched by the program. */
export const POPULAR_CURE =
  'get a ranking of sites as CSV (https://tranco-list.eu/ is made for research, and is free), unpack it, and run «bailiwick popular load FILE --source TEXT»'

/** What is to be said of the file of top sites itself: nothing passes in silence because it is not there, or old. */
export function checkPopularFile(
  popular: PopularSites | null,
  today: string,
  limits: GuardLimits,
): GuardFinding[] {
  if (popular === null) {
    return [
      told(
        'guard/popular-missing',
        'no file of top sites is loaded, so no entry was compared with one',
      ),
    ]
  }
  const days = ageInDays(popular.facts, today)
  if (days <= limits.popularMaxAgeDays) return []
  const { source, date } = popular.facts
  const text = `the file of top sites (${source}) is of ${date}, ${days} days old, where ${limits.popularMaxAgeDays} are the most`
  return [told('guard/popular-old', text)]
}

function told(guard: GuardFinding['guard'], text: string): GuardFinding {
  return { guard, class: 'warn', entry: null, text, cure: POPULAR_CURE }
}

/** Days from the date of the ranking to `today`. */
export function ageInDays({ date }: Pick<PopularFacts, 'date'>, today: string): number {
  return Math.floor((Date.parse(today) - Date.parse(date)) / DAY_MS)
}

/** How popular what an entry takes down is. */
export interface Popularity {
  /** The best rank of the names that are taken down; `NO_RANK` when none has one. */
  readonly rank: number
  /** The name that has it. */
  readonly name: string
}

export const NOT_POPULAR: Popularity = { rank: NO_RANK, name: '' }

/** `found` is what the table has of the checked name. */
export function popularityOf({ name, kind }: CheckedName, found: NameRank | null): Popularity {
  if (found === null) return NOT_POPULAR
  const own = kind === 'subdomains' ? NO_RANK : found.own
  const below = kind === 'host' ? NO_RANK : found.below
  if (own !== NO_RANK && (below === NO_RANK || own <= below)) return { rank: own, name }
  return below === NO_RANK ? NOT_POPULAR : { rank: below, name: found.belowName }
}

/** That the entry takes down a popular site. */
export function popularFinding(
  { entry, name }: CheckedName,
  { rank, name: site }: Popularity,
  { source, date }: PopularFacts,
  limits: GuardLimits,
): GuardFinding {
  const subject = site === name ? `${name} is` : `${name} takes down ${site}, which is`
  return {
    guard: 'guard/popular',
    class: rank <= limits.popularStopRank ? 'stop' : 'warn',
    entry,
    text: `${subject} number ${rank} of the top sites (${source}, ${date})`,
    cure: 'make sure that all of it is meant; a URL or a name below it may be enough',
  }
}

/** That the entry stands below a popular site's registered name: it is told apart, for it takes down a part of it only. */
export function popularAboveFinding(
  { entry, name, suffix }: CheckedName,
  rank: number,
  { source, date }: PopularFacts,
): GuardFinding {
  return {
    guard: 'guard/popular-above',
    class: 'warn',
    entry,
    text: `${name} is a part of ${suffix.registrable ?? ''}, number ${rank} of the top sites (${source}, ${date})`,
    cure: 'make sure that this part is meant, and that others do not need it',
  }
}
