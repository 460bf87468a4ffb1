import type { Command } from 'commander'

const backup = (): Promise<Noun> => import('./backup.ts')

/**
 * The command line. Each noun's file adds its verbs; what a verb needs is imported when it runs, so that
 * `agent pull` never loads the database driver and every start is quick.
 */
const NOUNS: Readonly<Record<string, () => Promise<Noun>>> = {
  convert: () => import('./convert.ts'),
  init: () => import('./init.ts'),
  list: () => import('./list.ts'),
  entry: () => import('./entry.ts'),
  decision: () => import('./decision.ts'),
  register: () => import('./register.ts'),
  popular: () => import('./popular.ts'),
  events: () => import('./events.ts'),
  appeal: () => import('./appeal.ts'),
  report: () => import('./report.ts'),
  review: () => import('./review.ts'),
  publish: () => import('./publish.ts'),
  diff: () => import('./diff.ts'),
  export: () => import('./export.ts'),
  serve: () => import('./serve.ts'),
  subscriber: () => import('./subscriber.ts'),
  organisation: () => import('./organisation.ts'),
  user: () => import('./user.ts'),
  'api-key': () => import('./api-key.ts'),
  key: () => import('./key.ts'),
  log: () => import('./log.ts'),
  backup,
  restore: backup,
  doctor: () => import('./doctor.ts'),
  agent: () => import('./agent.ts'),
  edge: () => import('./edge.ts'),
  audit: () => import('./audit.ts'),
  witness: () => import('./witness.ts'),
}

interface Noun {
  /** Adds the noun's commands to the program. */
  readonly register: (program: Command) => void
}

/** The noun that a command begins with; all of them where it begins otherwise, for help and for suggestions. */
export function nounsFor(first = ''): Iterable<() => Promise<Noun>> {
  const named = Object.hasOwn(NOUNS, first) ? NOUNS[first] : undefined
  return named === undefined ? new Set(Object.values(NOUNS)) : [named]
}
