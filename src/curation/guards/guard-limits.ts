/** Every limit of the guards; `docs/spec/guards.md` §4 has the same table. */
export const GUARD_LIMITS = {
  /** A network shorter than this is told, of IPv4 and of IPv6. */
  wideIpv4: 24,
  wideIpv6: 48,
  /** One shorter than this is stopped. */
  tooWideIpv4: 16,
  tooWideIpv6: 32,
  /** A site of the top so many is stopped; every other one in the file is told. */
  popularStopRank: 1000,
  /** A name below a registered one of the top so many is told. */
  popularAboveRank: 10_000,
  /** Days after which a file of top sites is old. */
  popularMaxAgeDays: 30,
  /** The share of names of the top so many in a batch, and how many of them there must be to speak of a share. */
  batchPopularRank: 100_000,
  batchPopularLeast: 20,
  batchPopularWarnShare: 0.01,
  batchPopularStopShare: 0.1,
  /** A batch of so many or fewer has no unusual size, and so has one of a list with fewer past batches. */
  batchSizeLeast: 100,
  batchPastLeast: 5,
  /** How many times as large as the median and as the largest of the past ones a batch is when that is told. */
  batchMedianTimes: 10,
  batchLargestTimes: 2,
  /** One of at least so many that is so many times as large as the largest is stopped. */
  batchStopLeast: 1000,
  batchStopTimes: 20,
  /** Past batches that are looked at, the newest. */
  batchPast: 1000,
  /** So many entries, and this share of them, under one registered name or provider's suffix are told. */
  batchOneDomainLeast: 20,
  batchOneDomainShare: 0.5,
  /** Entries that a new one covers are counted, and so many of them named. */
  coversExamples: 3,
} as const

export type GuardLimits = { readonly [K in keyof typeof GUARD_LIMITS]: number }
